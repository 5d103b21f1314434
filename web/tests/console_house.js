// What an owner does in the console beside goods and layouts: alerts, webhooks, exports, disputes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { addPerson, enter, setReviewLevel, shop, shopperToken } from "./support/operator.js";

// A webhook's address that is never called: names under .example lead nowhere.
const address = "https://hooks.tally.example/console-house";

async function addEndpoint(world, { page }) {
  await page.goto(`${world.server.url}/console/webhooks`);
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill(address);
  await dialog.getByRole("button", { name: "Add an endpoint" }).click();
  await page.getByRole("button", { name: "I have copied it" }).click();
}

async function sellAndDispute(world) {
  await setReviewLevel(world, 5);
  const shopper = await shopperToken(world);
  const { receipt } = await shop(world, world.cabinet, shopper);
  const { token } = shopper;
  const { lines } = await world.server.ask("GET", `/v1/receipts/${receipt}`, { token });
  const claims = [{ sku: lines[0].sku, quantity: 0 }];
  const body = { words: "I put it back, console house", lines: claims };
  const path = `/v1/receipts/${receipt}/disputes`;
  const dispute = await world.server.ask("POST", path, { token, key: "house", body });
  return { receipt, dispute, token };
}

async function resend(world, { page }) {
  await page.goto(`${world.server.url}/console/webhooks`);
  await page.getByRole("link", { name: /hooks\.tally\.example/ }).click();
  const told = page.locator("tr").filter({ hasText: "session.settled" });
  await told.getByRole("button", { name: "Send again" }).first().click();
  await page.getByText("It is sent again").waitFor();
}

// Who has an alert is seen by the others, too.
async function acknowledge(world, { page }) {
  await page.goto(`${world.server.url}/console/alerts`);
  const rows = (of) => of.locator("tbody tr").filter({ hasText: "A dispute waits" });
  const mine = rows(page).first();
  await mine.getByRole("button", { name: "Acknowledge" }).click();
  await mine.getByText("Acknowledged by you").waitFor();
  const other = await enter(world, "/console/alerts", await addPerson(world, "viewer"));
  await rows(other.page).getByText("Acknowledged by somebody").first().waitFor();
  await other.leave();
}

async function exportTable(world, { page }, receipt) {
  await page.goto(`${world.server.url}/console/money/exports`);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  const [head, ...rows] = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
  assert.match(head, /receipt/);
  assert.ok(rows.some((row) => row.includes(receipt)), "the receipt's row");
}

// By the keyboard: all as the shopper says, then decide; the money goes back.
async function decide(world, { page }, { dispute, receipt, token }) {
  await page.goto(`${world.server.url}/console/disputes/${dispute.id}`);
  await page.getByText("I put it back, console house").waitFor();
  await page.keyboard.press("y");
  await page.keyboard.press("Enter");
  await page.getByText("Granted", { exact: true }).first().waitFor();
  const after = await world.server.ask("GET", `/v1/receipts/${receipt}`, { token });
  assert.equal(after.total.gross.minor, 0);
}

export default async function consoleHouse(t, world) {
  const owner = await enter(world, "/console/overview");
  await t.test("an endpoint is added, and its secret shown once", () => addEndpoint(world, owner));
  const sold = await sellAndDispute(world);
  await t.test("a delivery is sent again", () => resend(world, owner));
  await t.test("who has an alert is seen by all", () => acknowledge(world, owner));
  await t.test("receipts come as CSV", () => exportTable(world, owner, sold.receipt));
  await t.test("a dispute is granted by the keyboard", () => decide(world, owner, sold));
  await owner.leave();
}
