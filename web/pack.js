// pack.js OUT: what Vite made in OUT/dist becomes OUT/table.cpp, which carries each file as it is
// and packed, for src/pages. A page that tells its mode comes in three.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const types = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
};
const modeMark = 'data-mode="live"';
const otherModes = ["test", "demo"];

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function* assetsIn(dist) {
  for (const file of filesUnder(dist).sort()) {
    const path = relative(dist, file);
    const content = readFileSync(file);
    yield { path, content };
    if (!path.endsWith(".html") || !content.includes(modeMark)) continue;
    for (const mode of otherModes) {
      const text = content.toString().replace(modeMark, `data-mode="${mode}"`);
      yield { path: path.replace(/\.html$/, `.${mode}.html`), content: Buffer.from(text) };
    }
  }
}

function pack(content) {
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  const gzip = gzipSync(content, { level: 9 });
  return { gzip, brotli };
}

const out = process.argv[2];
const packed = join(out, "packed");
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });

const embeds = [];
const rows = [];
// The bytes as a span: none where there is nothing to gain.
function embed(name, content) {
  if (!content) return "{}";
  writeFileSync(join(packed, name), content);
  const index = embeds.length;
  embeds.push(`constexpr unsigned char kBytes${index}[] = {\n#embed "packed/${name}"\n};\n`);
  return `kBytes${index}`;
}

for (const { path, content } of assetsIn(join(out, "dist"))) {
  const type = types[path.split(".").pop()];
  if (!type) throw new Error(`${path}: pack.js does not know the type of such a file`);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const small = type.startsWith("image/png") ? {} : pack(content);
  const better = (bytes) => (bytes && bytes.length < content.length ? bytes : undefined);
  const name = sha256.slice(0, 16);
  const spans = [
    embed(name, content),
    embed(`${name}.gz`, better(small.gzip)),
    embed(`${name}.br`, better(small.brotli)),
  ];
  const immutable = path.startsWith("assets/");
  rows.push(
    `    {"${path}", "${type}",\n     "${sha256}",\n     ${spans.join(", ")}, ${immutable}},\n`,
  );
}

writeFileSync(
  join(out, "table.cpp"),
  `// Made by web/pack.js.
#include "pages/assets.hpp"

#pragma clang diagnostic ignored "-Wc23-extensions"
// Clang 19 takes a first byte above 127 for a negative number; the bytes come out right.
#pragma clang diagnostic ignored "-Wc++11-narrowing"

namespace tally::pages {
namespace {

${embeds.join("\n")}
constexpr Asset kAssets[] = {
${rows.join("")}};

}  // namespace

std::span<const Asset> all_assets() { return kAssets; }

}  // namespace tally::pages
`,
);
