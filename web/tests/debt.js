// A hold that lapsed before it could be charged: the shopper owes, and pays in the wallet.
import assert from "node:assert/strict";
import { receiptWithinMs } from "./support/browser.js";
import { enter } from "./support/operator.js";
import { addCard, scan, signIn } from "./support/shopper.js";
import { until, wait } from "./support/server.js";

const holdLapsesMs = 125000; // The sandbox's card of this name: two minutes.
let debtor;

// The door stays open while the other tests run, so that nobody waits for it.
export async function begin(world) {
  const cabinet = await world.server.startCabinet({ index: 2, mode: "manual" });
  const visitor = await scan(world, cabinet);
  visitor.expect(/ERR_/); // Another test restarts the server meanwhile.
  const { page } = visitor;
  await signIn(world, visitor);
  await page.getByRole("heading", { name: "Add a card to unlock" }).waitFor();
  await page.evaluate(async () => {
    const me = await (await fetch("/v1/me")).json();
    await fetch("/v1/payment_methods", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRF-Token": me.csrf_token,
        "Idempotency-Key": "lapsing",
      },
      body: JSON.stringify({ provider_token: "pm_tally_holdExpiresSoon" }),
    });
  });
  await page.reload();
  await page.getByRole("button", { name: "Unlock" }).click();
  await page.getByRole("heading", { name: "Unlocked" }).waitFor();
  await cabinet.act("/door", { open: true });
  await page.getByRole("heading", { name: "Take what you like" }).waitFor();
  debtor = { cabinet, visitor, openedAt: Date.now() };
}

// The operator gives up a part; the rest is still to be paid.
async function writeOffACent(world) {
  const person = await enter(world, "/console/money/debts");
  const { page } = person;
  await page.getByRole("button", { name: "Write off" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Amount/).fill("0.01");
  await dialog.getByRole("button", { name: "Write off" }).click();
  await dialog.getByText("Say why", { exact: false }).waitFor();
  await person.look("console-write-off");
  await dialog.getByLabel("Why").fill("A goodwill gesture");
  await dialog.getByRole("button", { name: "Write off" }).click();
  await page.getByText("Written off", { exact: true }).waitFor();
  const token = await world.server.ownerToken();
  const { data } = await world.server.ask("GET", "/v1/debts", { token });
  const [one] = data.flatMap((all) => all.debts);
  assert.equal(one.left.minor, one.amount.minor - 1);
  await person.leave();
}

export default async function debt(t, world) {
  await t.test("what could not be charged is owed, and paid in the wallet", async () => {
    const { cabinet, visitor, openedAt } = debtor;
    const { page } = visitor;
    await wait(Math.max(0, openedAt + holdLapsesMs - Date.now()));
    await cabinet.act("/door", { open: false });
    await page.locator(".totals").waitFor({ timeout: receiptWithinMs });
    await until("the debt", async () => {
      await page.goto(`${world.server.url}/wallet`);
      await page.locator(".receipt-row").waitFor();
      return page.getByRole("link", { name: "See and pay" }).isVisible();
    });
    await visitor.look("wallet-owing");
    await writeOffACent(world);
    await page.getByRole("link", { name: "See and pay" }).click();
    await page.getByRole("link", { name: "Add a card" }).click();
    await addCard(visitor);
    await page.goto(`${world.server.url}/wallet/debt`);
    await page.getByRole("button", { name: /^Pay / }).waitFor();
    await visitor.look("wallet-debt");
    await page.getByRole("button", { name: /^Pay / }).click();
    await page.getByRole("heading", { name: "You owe nothing" }).waitFor();
    await visitor.look("wallet-debt-paid");
    await visitor.leave();
  });
}
