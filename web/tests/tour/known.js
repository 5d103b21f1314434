// What the pages' sources know: every address that a router has, and every dialog. The tour has to
// have been at each of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/server.js";

const sources = join(root, "web/src");

function* files() {
  for (const name of readdirSync(sources, { recursive: true }).sort()) {
    if (name.endsWith(".tsx")) yield [name, readFileSync(join(sources, name), "utf8")];
  }
}

// "/console/fleet/:id": those of routers, and of each section its own.
export function knownRoutes() {
  const found = new Set();
  for (const [name, text] of files()) {
    for (const [, path] of text.matchAll(/<Route\s+path="([^"]+)"/g)) found.add(path);
    const [, section] = /^console\/(\w+)\/index\.tsx$/.exec(name) ?? [];
    if (section) found.add(`/console/${section}`);
  }
  return [...found].sort();
}

// "console/money/payouts.tsx recordPayout": the file, and the name of the words of its title. A
// dialog that has one title or another is two.
export function knownDialogs() {
  const found = new Set();
  const opens = /<(?:\w*Dialog|Confirm|Secret)\s[^>]*?\btitle=\{([^{}]+)\}/g;
  for (const [name, text] of files()) {
    for (const [, title] of text.matchAll(opens)) {
      const words = title.matchAll(/\b(?:words|said)\.(?:value\.)?([\w.]+)/g);
      for (const [, word] of words) found.add(`${name} ${word}`);
    }
  }
  return [...found].sort();
}
