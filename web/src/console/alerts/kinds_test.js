// Every kind of alert that the server raises has words in both languages. The kinds are read from
// its sources: families from the enums' names, the others from where they are raised.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { en } from "./en";
import { es } from "./es";

// What the page's language is chosen from.
globalThis.navigator ??= { languages: ["en"] };
globalThis.document ??= { documentElement: {} };
const { detailOf } = await import("./kinds");

// Units are run from the repository's root.
const read = (path) => readFileSync(path, "utf8");
const server = readdirSync("src/server", { recursive: true })
  .filter((one) => one.endsWith(".cpp") || one.endsWith(".hpp"))
  .filter((one) => !/_test\.|testing_/.test(one))
  .map((one) => read(join("src/server", one)))
  .join("\n");

const texts = (source) => [...source.matchAll(/"([a-z_]+)"/g)].map((one) => one[1]);
const between = (path, begin, end) => {
  const source = read(path);
  const from = source.indexOf(begin);
  assert.notEqual(from, -1, `${path} has no ${begin}`);
  return source.slice(from, source.indexOf(end, from));
};

// By the prefix that the server puts before an enum's name.
const families = {
  cabinet_: () => texts(between("src/commerce/fleet.cpp", "name_of(CabinetAlert", "\n}")),
  stock_: () =>
    texts(between("src/commerce/inventory.cpp", "name_of(StockAlertKind", "\n}")).filter(
      (one) => !one.endsWith("_ended"),
    ),
  payment_: () => texts(between("src/commerce/payment_table.cpp", "kAlarmNames{", "}")),
};

function valueOf(name) {
  const found = server.match(new RegExp(`string_view ${name} = "([a-z_]+)"`));
  assert.ok(found, `${name} is raised as an alert, and its name was not found`);
  return found[1];
}

// The kind's argument of each alert(tenant, kind, …).
function raised() {
  const kinds = new Set();
  for (const [, kind] of server.matchAll(/\balert\(\s*[\w.>-]+,\s*("[^"]*"|[\w:]+\(?[^,]*)/g)) {
    const family = kind.match(/^fmt::format\("([a-z]+_)\{\}"/);
    if (family) {
      assert.ok(families[family[1]], `alerts ${family[1]}… are raised: tell this test their names`);
    } else if (kind.startsWith('"')) {
      kinds.add(kind.slice(1, -1));
    } else if (kind.startsWith("alert_of(")) {
      kinds.add(valueOf("kWatchFailed")).add(valueOf("kWorkDead"));
    } else if (/^(\w+::)?k[A-Z]/.test(kind)) {
      kinds.add(valueOf(kind.replace(/^.*::/, "")));
    }
  }
  for (const [prefix, names] of Object.entries(families)) {
    const all = names();
    assert.ok(all.length > 1, prefix);
    for (const name of all) kinds.add(prefix + name);
  }
  return kinds;
}

test("every kind of alert has words in both languages", () => {
  const kinds = raised();
  for (const known of ["cabinet_camera", "stock_out", "payment_hold_gone", "door_left_open"]) {
    assert.ok(kinds.has(known), `${known} was not found in the server's sources`);
  }
  for (const one of ["review_overdue", "dispute_open", "watch_failed", "cabinet_report_refused"]) {
    assert.ok(kinds.has(one), `${one} was not found in the server's sources`);
  }
  for (const kind of kinds) {
    assert.ok(en.kinds[kind], `${kind} has no words in English`);
    assert.ok(es.kinds[kind], `${kind} has no words in Spanish`);
  }
  // Not raised any more, but in stores that are there.
  kinds.add("door_forced");
  assert.deepEqual([...Object.keys(en.kinds)].filter((one) => !kinds.has(one)), []);
});

test("an alert tells which camera and how warm, as long as that is so", () => {
  const health = { camera_problems: ["cam1 is dark"], celsius: 8.54 };
  const detail = (kind, state = "raised") => detailOf({ kind, state }, { health });
  assert.equal(detail("cabinet_camera"), "cam1 is dark");
  assert.match(detail("cabinet_too_warm"), /8[.,]5/);
  assert.equal(detail("cabinet_camera", "cleared"), "");
  assert.equal(detail("stock_low"), "");
});
