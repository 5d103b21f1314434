// tests/web_units runs it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { typedCount } from "./count";

const typed = (begin, keys, most) =>
  [...keys].reduce((count, key) => typedCount(count, Number(key), most), begin);

test("a count below ten is one digit", () => {
  assert.equal(typed(3, "1", 3), 1);
  assert.equal(typed(3, "0", 3), 0);
  assert.equal(typed(3, "12", 3), 2);
  assert.equal(typed(3, "9", 3), 3);
});

test("a count of ten and more can be typed", () => {
  assert.equal(typed(14, "12", 14), 12);
  assert.equal(typed(14, "10", 14), 10);
  assert.equal(typed(120, "105", 120), 105);
  assert.equal(typed(14, "3", 14), 3);
});
