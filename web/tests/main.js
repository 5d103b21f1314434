// All tests in a browser, against one server: node tests/main.js [ROOM…]
import { test } from "node:test";
import { startBrowser } from "./support/browser.js";
import { Server } from "./support/server.js";

// In this order; a room is a function of the test and the world.
const rooms = ["speed", "wallet", "wallet_troubles", "cabinet", "console"];

const wanted = process.argv.slice(2);

test("the pages", async (t) => {
  const server = await new Server().start();
  const world = { server, browser: await startBrowser() };
  try {
    world.cabinet = await server.startCabinet();
    for (const room of rooms) {
      if (wanted.length > 0 && !wanted.includes(room)) continue;
      const { default: tests } = await import(`./${room}.js`);
      await tests(t, world);
    }
  } finally {
    await world.browser.close();
    await server.stop();
  }
});
