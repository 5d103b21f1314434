// What a shopper does in the wallet, up to where a test begins.
import { Visitor, receiptWithinMs } from "./browser.js";

export const cards = {
  works: "Works",
  declined: "Is declined: not enough money",
  confirms: "The bank asks you to confirm",
};

let number = 0;

// A visitor who has opened the link of the cabinet's code.
export async function scan(world, cabinet, options) {
  const visitor = await Visitor.come(world.browser, options);
  visitor.expect(/status of 401/); // Who is signed in is asked first.
  await visitor.page.goto(await cabinet.freshCode());
  await visitor.page.getByRole("heading", { name: cabinet.name }).waitFor();
  return visitor;
}

export async function signIn(world, { page }, address = `visitor-${++number}@tally.example`) {
  const before = world.server.letters(address).length;
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("The six digits").fill(await world.server.letterCode(address, before));
  return address;
}

export async function addCard({ page }, name = cards.works) {
  await page.getByText(name, { exact: true }).click();
  await page.getByRole("button", { name: "Add this card" }).click();
}

// Signed in, with a card, before the door; nothing is unlocked yet.
export async function ready(world, cabinet, card = cards.works, options) {
  const visitor = await scan(world, cabinet, options);
  await signIn(world, visitor);
  await addCard(visitor, card);
  await visitor.page.getByRole("button", { name: "Unlock" }).waitFor();
  return visitor;
}

// From the door to the receipt.
export async function buy(world, cabinet) {
  const visitor = await ready(world, cabinet);
  await visitor.page.getByRole("button", { name: "Unlock" }).click();
  await visitor.page
    .getByRole("heading", { name: "Total" })
    .or(visitor.page.locator(".totals"))
    .first()
    .waitFor({ timeout: receiptWithinMs });
  return visitor;
}
