// The sentences that the page translates are those which the server's sources say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// What the page's language is chosen from.
globalThis.navigator ??= { languages: ["en"] };
globalThis.document ??= { documentElement: {} };
const { language } = await import("@shared/language");
const { reasonWords, sentences } = await import("./reasons");

// Units are run from the repository's root.
const sources = [
  "src/perception/cabinet/process.cpp",
  "src/perception/cabinet/stock_audit.cpp",
  "src/perception/cabinet/tally_up.cpp",
  "src/perception/cart/events.cpp",
  "src/perception/cart/stock_outcome.cpp",
  "src/commerce/review_policy.cpp",
  "src/commerce/session.cpp",
  "src/server/core/dead_work.cpp",
];
const read = sources.map((path) => readFileSync(path, "utf8")).join("\n");
const literalsIn = (text) =>
  [...text.matchAll(/"([^"\\]*)"/g)].map(([, one]) => one.replace(/\{:[^}]*\}/g, "{}"));
const literals = literalsIn(read);
// Statements that give one.
const gives = /\b(?:doubts?|reasons|lost_)(?:\.\w+_back)?\(|\bopen_review\(|\bnote\(|FootageLost\{/;

test("every sentence that is translated is one of the server's", () => {
  assert.deepEqual(sentences.filter((one) => !literals.includes(one)), []);
});

test("what the server gives as a reason is translated", () => {
  const given = read
    .split(";")
    .filter((statement) => gives.test(statement))
    .flatMap(literalsIn)
    .filter((one) => / .* /.test(one));
  assert.ok(given.length > 15, `only ${given.length} were found`);
  assert.deepEqual(given.filter((one) => !sentences.includes(one)), []);
});

test("numbers and names stay, unknown sentences too", () => {
  language.value = "es";
  const clock = reasonWords("camera cam1's clock was 0.4 s off");
  assert.equal(clock, "el reloj de la cámara cam1 iba desviado 0.4 s");
  assert.match(reasonWords("at 3.2 s something may have been put back"), /3\.2 s .* devuelto algo$/);
  assert.equal(reasonWords("something new"), "something new");
  language.value = "en";
  assert.equal(reasonWords("2 more of p10 put in than taken out"), "2 more of p10 put in than taken out");
});
