// A shopper's way: scan, sign in, card, unlock, receipt, dispute, refund.
import assert from "node:assert/strict";
import { Visitor, receiptWithinMs } from "./support/browser.js";
import { enter } from "./support/operator.js";
import { addCard, scan, signIn } from "./support/shopper.js";

// At the operator's console.
async function grantDispute(world) {
  const person = await enter(world, "/console/disputes");
  const { page } = person;
  await page.locator("tbody tr", { hasText: "I put it back" }).locator("a").first().click();
  await page.getByRole("button", { name: "As the shopper says" }).waitFor();
  await person.look("console-dispute");
  await page.getByRole("button", { name: "As the shopper says" }).click();
  await page.getByRole("button", { name: "Decide" }).click();
  await page.locator(".badge").getByText("Granted", { exact: true }).waitFor();
  await person.leave();
}

export default async function wallet(t, world) {
  let shopper;
  let address;

  await t.test("an empty wallet says what to do", async () => {
    const visitor = await Visitor.come(world.browser);
    visitor.expect(/status of 401/);
    await visitor.page.goto(world.server.url);
    await visitor.page.getByRole("link", { name: "Scan a cabinet’s code" }).waitFor();
    await visitor.look("wallet-first");
    await visitor.page.getByRole("link", { name: "Scan a cabinet’s code" }).click();
    await visitor.page.getByText("This browser can’t scan codes here.").waitFor();
    await visitor.look("wallet-scan");
    await visitor.leave();
  });

  await t.test("it can be installed", async () => {
    const visitor = await Visitor.come(world.browser);
    visitor.expect(/status of 401/);
    const { page, context } = visitor;
    await page.goto(`${world.server.url}/wallet`);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    const tools = await context.newCDPSession(page);
    const { installabilityErrors } = await tools.send("Page.getInstallabilityErrors");
    const wrong = installabilityErrors.map((one) => one.errorId);
    // The tests' browser keeps nothing, and would install nothing.
    assert.deepEqual(wrong.filter((one) => one !== "in-incognito"), []);
    await visitor.leave();
  });

  await t.test("from the scan to the receipt", async () => {
    shopper = await scan(world, world.cabinet);
    const { page } = shopper;
    await page.getByRole("heading", { name: "In this cabinet" }).waitFor();
    assert.match(await page.locator(".lines").innerText(), /€\d+\.\d\d/);
    await shopper.look("wallet-door-signed-out");
    await page.getByLabel("E-mail address").fill("never sent");
    await page.reload();
    assert.equal(await page.getByLabel("E-mail address").inputValue(), "never sent");
    address = await signIn(world, shopper);
    await page.getByRole("heading", { name: "Add a card to unlock" }).waitFor();
    await shopper.look("wallet-door-card");
    await addCard(shopper);
    await page.getByRole("button", { name: "Unlock" }).waitFor();
    await shopper.look("wallet-door");
    await page.getByRole("button", { name: "Unlock" }).click();
    await page.getByRole("heading", { name: "Take what you like" }).waitFor();
    await shopper.look("wallet-session-open");
    const looked = page.getByText("Somebody takes a look");
    await page.locator(".totals").or(looked).waitFor({ timeout: receiptWithinMs });
    assert.equal(await looked.count(), 0, "the cart went to review");
    await page.getByText("Ready", { exact: false }).waitFor();
    await page.getByText("Includes", { exact: false }).waitFor();
    await page.getByText(/was held on your card/).waitFor();
    const video = page.locator("video").first();
    await page.waitForFunction((one) => one.readyState >= 2, await video.elementHandle());
    await shopper.look("wallet-receipt");
  });

  await t.test("a dispute is followed to the refund", async () => {
    const { page } = shopper;
    await page
      .getByRole("button", { name: /is not right with/ })
      .first()
      .click();
    await page.getByRole("dialog").waitFor();
    await shopper.look("wallet-dispute-reasons");
    await page.getByRole("button", { name: "I put it back" }).click();
    await page.getByText("Being looked at").waitFor();
    await shopper.look("wallet-dispute-open");
    await grantDispute(world);
    await page.getByText("You were right").waitFor();
    await page.locator("[data-refund=done]").waitFor();
    await page.getByText(/refunded/).waitFor();
    await page.getByRole("heading", { name: "Corrected" }).waitFor();
    await shopper.look("wallet-refunded");
  });

  await t.test("past receipts are there, also without a connection", async () => {
    const { page, context } = shopper;
    shopper.expect(/ERR_INTERNET_DISCONNECTED/);
    await page.goto(`${world.server.url}/wallet`);
    await page.locator(".receipt-row").first().waitFor();
    await shopper.look("wallet-home");
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    await page.reload();
    await page.locator(".receipt-row").first().waitFor();
    await context.setOffline(true);
    await page.reload();
    await page.getByText("No connection.", { exact: false }).waitFor();
    await page.locator(".receipt-row").first().waitFor();
    await context.setOffline(false);
  });

  await t.test("account: Spanish, dark, and a card that goes", async () => {
    const { page } = shopper;
    await page.goto(`${world.server.url}/wallet/account`);
    await page.getByRole("heading", { name: "Cards" }).waitFor();
    await shopper.look("wallet-account");
    await page.getByRole("button", { name: "Español" }).click();
    await page.getByRole("heading", { name: "Tarjetas" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Tarjetas" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "es");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("No card yet.").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    await shopper.leave();
  });

  await t.test("one browser is signed in to the console and to the wallet, each by itself", async () => {
    const both = await enter(world, "/console/overview");
    const { page } = both;
    const console = page.getByRole("navigation", { name: "Sections" });
    await page.goto(await world.cabinet.freshCode());
    await signIn(world, both);
    await page.getByRole("heading", { name: "Add a card to unlock" }).waitFor();
    await page.goto(`${world.server.url}/console/people/keys`);
    await console.waitFor({ state: "attached" });
    await page.goto(`${world.server.url}/wallet/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    await page.goto(`${world.server.url}/console/overview`);
    await console.waitFor({ state: "attached" });
    await both.leave();
  });

  await t.test("a new phone gets to past receipts without a scan", async () => {
    const visitor = await Visitor.come(world.browser);
    visitor.expect(/status of 401/);
    const { page } = visitor;
    await page.goto(`${world.server.url}/wallet`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(world, visitor, address);
    await page.locator(".receipt-row").first().waitFor();
    await visitor.leave();
  });
}
