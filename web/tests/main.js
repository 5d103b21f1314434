// All tests in a browser, against one server: node tests/main.js [ROOM…]
import { test } from "node:test";
import { startBrowser } from "./support/browser.js";
import { Server } from "./support/server.js";

// In this order. A room's default function has its tests; `begin`, where it has one, starts what
// takes long, before all tests.
const rooms = ["speed", "wallet", "wallet_troubles", "cabinet", "debt"];

const wanted = process.argv.slice(2);
const chosen = rooms.filter((room) => wanted.length === 0 || wanted.includes(room));

test("the pages", async (t) => {
  const modules = await Promise.all(chosen.map((room) => import(`./${room}.js`)));
  const server = await new Server({ cabinets: 3 }).start();
  const world = { server, browser: await startBrowser() };
  try {
    world.cabinet = await server.startCabinet();
    for (const room of modules) await room.begin?.(world);
    for (const room of modules) await room.default(t, world);
  } finally {
    await world.browser.close();
    await server.stop();
  }
});
