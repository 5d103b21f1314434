// What goes wrong on a shopper's way, and how it goes on.
import assert from "node:assert/strict";
import { receiptWithinMs } from "./support/browser.js";
import { until } from "./support/server.js";
import { cards, ready } from "./support/shopper.js";

export default async function troubles(t, world) {
  await t.test("a declined card opens nothing and says why", async () => {
    const visitor = await ready(world, world.cabinet, cards.declined);
    const { page } = visitor;
    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByRole("heading", { name: "Your card was declined" }).waitFor();
    await page.getByText("not enough money on it", { exact: false }).waitFor();
    await visitor.look("wallet-declined");
    await visitor.leave();
  });

  await t.test("an answer that comes late does not undo what the stream told", async () => {
    const visitor = await ready(world, world.cabinet, cards.declined);
    const { page } = visitor;
    let old;
    await page.route(/\/v1\/sessions\/[^/]+$/, async (route) => {
      const response = await route.fetch();
      const json = { ...(await response.json()), state: "holding", end: null };
      old = () => route.fulfill({ response, json });
    });
    await page.getByRole("button", { name: "Unlock" }).click();
    const declined = page.getByRole("heading", { name: "Your card was declined" });
    await declined.waitFor();
    await until("the answer", () => old);
    await Promise.all([page.waitForResponse(/\/v1\/sessions\/[^/]+$/), old()]);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    await declined.waitFor();
    await visitor.leave();
  });

  await t.test("a used code asks to scan again", async () => {
    const visitor = await ready(world, world.cabinet, cards.declined);
    visitor.expect(/status of 4(09|10)/);
    const { page } = visitor;
    const link = page.url();
    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByRole("heading", { name: "Your card was declined" }).waitFor();
    await page.goto(link);
    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByText("This code was used already.", { exact: false }).waitFor();
    // What can only fail is not offered any more.
    await page.getByRole("link", { name: "Scan again" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Unlock" }).count(), 0);
    await visitor.look("wallet-door-gone");
    await visitor.leave();
  });

  await t.test("the bank is asked, and the door opens after its yes", async () => {
    const visitor = await ready(world, world.cabinet, cards.confirms);
    const { page } = visitor;
    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByRole("link", { name: "Confirm with your bank" }).waitFor();
    await visitor.look("wallet-action");
    await page.getByRole("link", { name: "Confirm with your bank" }).click();
    await page.getByRole("heading", { name: "Test bank" }).waitFor();
    await visitor.look("wallet-bank");
    await page.getByRole("button", { name: "Yes, it is me" }).click();
    await page.getByRole("heading", { name: "Take what you like" }).waitFor();
    // The server dies while the door is open. The page says so, and follows again.
    visitor.expect(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY/);
    await world.server.restart(async () => {
      await page.getByText("this page follows again by itself", { exact: false }).waitFor();
    });
    await page.locator(".totals").waitFor({ timeout: receiptWithinMs });
    assert.match(page.url(), /\/wallet\/receipt\//);
    await visitor.leave();
  });
}
