// All tests in a browser, against one server: node tests/main.js [ROOM…]
import { test } from "node:test";
import { startBrowser } from "./support/browser.js";
import { Server } from "./support/server.js";

// In this order. A room's default function has its tests; `begin`, where it has one, starts what
// takes long, before all tests.
// `alone`: it has a server of its own, and the others' is not there for it.
const rooms = [
  "speed",
  "wallet",
  "scan",
  "wallet_troubles",
  "card",
  "cabinet",
  "console",
  "console_manage",
  "console_house",
  "pages",
  "debt",
  "tenants",
  "first_sale",
  "many",
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((room) => !rooms.includes(room));
if (unknown.length > 0) {
  console.error(`no such room: ${unknown.join(", ")}; there are ${rooms.join(", ")}`);
  process.exit(2);
}
const slow = ["many"]; // Only where it is asked for.
const chosen = wanted.length > 0 ? wanted : rooms.filter((room) => !slow.includes(room));

test("the pages", async (t) => {
  const modules = await Promise.all(chosen.map((room) => import(`./${room}.js`)));
  const shared = modules.some((room) => !room.alone);
  const server = shared ? await new Server({ cabinets: 4 }).start() : undefined;
  const world = { server, browser: await startBrowser() };
  try {
    world.cabinet = await server?.startCabinet();
    for (const room of modules) await room.begin?.(world);
    for (const room of modules) await room.default(t, world);
  } finally {
    await world.browser.close();
    await server?.stop();
  }
});
