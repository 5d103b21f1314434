// The cabinet's screen: its code, its door, the session that is played next.
import assert from "node:assert/strict";
import { Visitor, desk, receiptWithinMs } from "./support/browser.js";
import { ready } from "./support/shopper.js";
import { root } from "./support/server.js";

export default async function cabinet(t, world) {
  const sessions = ["take_one", "take_several"].map((name) => `${root}/demo/${name}`);
  const made = await world.server.startCabinet({ index: 1, mode: "manual", sessions });
  const visitor = await Visitor.come(world.browser, { viewport: desk });
  const { page } = visitor;

  await t.test("the screen shows code, temperature and the next shopper", async () => {
    await page.goto(made.screen);
    await page.getByRole("img", { name: "Code to scan" }).waitFor();
    await page.getByText("4.2°C inside").waitFor();
    await visitor.look("cabinet-locked");
    const link = page.getByRole("link", { name: /Open the wallet here/ });
    assert.ok((await link.getAttribute("href")).startsWith(`${world.server.url}/d/`));
    await page.getByText("takes three items").click();
    await page.waitForFunction(() =>
      fetch("/state").then(async (a) => (await a.json()).clip === 1),
    );
    await page.reload();
    assert.ok(await page.getByLabel("takes three items").isChecked());
    await page.getByText("takes one item").click();
  });

  await t.test("the door is opened and closed by hand, and the receipt is on its way", async () => {
    const shopper = await ready(world, made);
    await shopper.page.getByRole("button", { name: "Unlock" }).click();
    await page.getByRole("heading", { name: "Open the door" }).waitFor();
    await visitor.look("cabinet-unlocked");
    await page.getByRole("button", { name: "Open the door" }).click();
    await page.getByRole("heading", { name: "Take what you like" }).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("video")].every((one) => one.currentTime > 1),
    );
    await visitor.look("cabinet-open");
    await page.getByRole("button", { name: "Close the door" }).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    await page.getByText("The last purchase is over.").waitFor({ timeout: 40000 });
    await visitor.look("cabinet-after");
    await shopper.page
      .locator(".totals")
      .or(shopper.page.getByText("Somebody takes a look"))
      .waitFor({ timeout: receiptWithinMs });
    await shopper.leave();
  });

  await t.test("a forced door is said, and an agent that is gone too", async () => {
    await page.getByRole("button", { name: "Force it open" }).click();
    await page.getByText("Forced open").waitFor();
    await visitor.look("cabinet-forced");
    await page.getByRole("button", { name: "Close the door" }).click();
    await page.getByText("Forced open").waitFor({ state: "detached" });
    visitor.expect(/ERR_/);
    await made.stop();
    await page.getByText("agent does not answer", { exact: false }).waitFor();
    await visitor.leave();
  });
}
