// Spanish has one word for a thing and one way to speak to people, and leaves nothing in English.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

globalThis.navigator ??= { languages: ["en"] };
globalThis.document ??= { documentElement: {} };

const root = "web/src"; // Units are run from the repository's root.
const names = readdirSync(root, { recursive: true }).filter((one) => one.endsWith(".ts")).sort();

// The Spanish of a file: all of it, or what follows `const es`.
const spanish = names.flatMap((name) => {
  const text = readFileSync(join(root, name), "utf8");
  if (/(^|\/)es(_\w+)?\.ts$/.test(name)) return [{ name, text }];
  const from = text.search(/^const es\b/m);
  return from < 0 ? [] : [{ name, text: text.slice(from) }];
});

const otherWords = [
  ["nevera", /\b(armarios?|refrigerador(es)?|frigoríficos?|vitrinas?|heladeras?)\b/gi],
  ["carrito", /\b(cestas?|carros?)\b/gi],
  ["cliente", /\b(comprador(es|as?)?)\b/gi],
  ["aviso", /\balertas?\b/gi],
  ["sesión o compra", /\bvisitas?\b/gi],
  ["reembolso", /\bdevoluci(ón|ones)\b/gi],
  ["tú", /\b(usted(es)?|le(s)? necesita)\b/gi],
  [
    "tú, también en lo que se pide",
    new RegExp(
      "\\b(añada|elija|escriba|pulse|ejecute|arrastre|int[eé]ntelo|c[oó]pielo|pruebe|espere|diga|" +
        "haga|ponga|escanee|mire|vuelva|cambie|cierre|abra|revise|introduzca|seleccione|acepte|" +
        "tome)(lo|la|los|las)?\\b",
      "gi",
    ),
  ],
];

test("one word for one thing, and everybody is “tú”", () => {
  assert.ok(spanish.length > 15, `only ${spanish.length} files were found`);
  const found = spanish.flatMap(({ name, text }) =>
    otherWords.flatMap(([word, other]) =>
      [...text.matchAll(other)].map(([one]) => `${name}: “${one}”, not “${word}”`),
    ),
  );
  assert.deepEqual(found, []);
});

// Names, and words that are the same in both languages.
const same =
  /^[^a-z]*$|^(tally|Webhooks|SKU|Total|Error|Firmware|No|Stripe|Visa|Mastercard|CSV|PWA)$|^https?:/i;

function* pairs(en, es, path) {
  for (const [key, value] of Object.entries(en)) {
    const at = `${path}.${key}`;
    if (typeof value === "string") yield [at, value, es[key]];
    else if (typeof value === "object" && value !== null) yield* pairs(value, es[key], at);
  }
}

test("no sentence is the same in both languages, and none is missing", () => {
  const files = import.meta.glob("../../**/{en,es}.ts", { eager: true });
  const rooms = Object.keys(files).filter((one) => one.endsWith("/es.ts"));
  assert.ok(rooms.length > 10, `only ${rooms.length} were found`);
  for (const room of rooms) {
    const { en } = files[room.replace(/es\.ts$/, "en.ts")];
    for (const [at, english, words] of pairs(en, files[room].es, room)) {
      assert.equal(typeof words, "string", at);
      assert.ok(words !== english || same.test(english), `${at}: “${english}” is in English`);
      assert.ok(words.trim() || !english.trim(), `${at} is empty`);
    }
  }
});
