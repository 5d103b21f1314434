// tests/web_units runs it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, span } from "./days";

test("a day is the site's, also where it has 25 hours or 23", () => {
  assert.deepEqual(span("2026-10-25", "2026-10-25", "Europe/Madrid"), {
    from: "2026-10-24T22:00:00.000Z",
    to: "2026-10-25T23:00:00.000Z",
  });
  assert.deepEqual(span("2026-03-29", "2026-03-29", "Europe/Madrid"), {
    from: "2026-03-28T23:00:00.000Z",
    to: "2026-03-29T22:00:00.000Z",
  });
  assert.equal(dayOf(Date.parse("2026-11-29T23:30:00Z"), "Europe/Madrid"), "2026-11-30");
});

test("what is no day is no limit", () => {
  assert.deepEqual(span("", "2026-13-40", "Europe/Madrid"), {});
});
