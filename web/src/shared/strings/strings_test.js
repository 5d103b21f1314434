// What is refused is told in both languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { en } from "./en";
import { es } from "./es";

const refusals = "src/device/play_plan.cpp"; // tests/web_units runs in the checkout.

test("codes of problems have words in both languages", () => {
  assert.deepEqual(Object.keys(es.problems.codes), Object.keys(en.problems.codes));
});

test("whatever the API refuses has Spanish words", () => {
  const source = readFileSync("src/server/api/problems.cpp", "utf8");
  const rows = [...source.matchAll(/\{"[\w.]+", (4\d\d), "(\w+)"\}/g)];
  assert.ok(rows.length > 40, `only ${rows.length} were found`);
  const { codes, refusals } = es.problems;
  const missing = rows.map(([, , code]) => code).filter((code) => !codes[code] && !refusals[code]);
  assert.deepEqual(missing, []);
});

test("whatever a cabinet refuses in free play has words", () => {
  const source = readFileSync(refusals, "utf8");
  const codes = [...source.matchAll(/"play\.(\w+)"/g)].map(([, code]) => `play_${code}`);
  assert.ok(codes.length > 5);
  for (const code of codes) assert.ok(en.problems.codes[code], code);
});
