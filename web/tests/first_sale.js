// A new operator's first ten minutes: from an empty tenant to the first sale of a new cabinet with
// five products, led by the console's first steps and by nothing else. What each step took, and what
// a person would type and press for it, stands in build/web/first_sale.json (docs/first-sale.md).
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, desk, receiptWithinMs } from "./support/browser.js";
import { end, freePort, root, run, Server, until } from "./support/server.js";

export const alone = true; // With a server of its own.

const demo = join(root, "demo/take_one");
// The sku is what the measured file calls them; `as` are their photos in the demo.
const products = [
  { as: "p10", sku: "juice-1", name: "Apple juice 1 l", price: "3.79" },
  { as: "p02", sku: "tea-15", name: "Iced tea 1.5 l", price: "4.29" },
  { as: "p04", sku: "milk-1", name: "Oat milk 1 l", price: "3.05" },
  { as: "p13", sku: "cola-05", name: "Cola 0.5 l", price: "3.40" },
  { as: "p15", sku: "water-05", name: "Water 0.5 l", price: "2.40" },
];

// The file that comes with a measured cabinet: its cameras, and the places of these five.
function measuredFile() {
  const blocks = readFileSync(join(demo, "layout.toml"), "utf8").split(/\n(?=\[)/);
  const kept = blocks.flatMap((block) => {
    const named = /^\[\[(product|facing)\]\]/.test(block);
    if (!named) return [block];
    const as = /^(?:product|id) = "(p\d+)"$/m.exec(block)?.[1];
    const found = products.find((one) => one.as === as);
    return found ? [block.replaceAll(`"${as}"`, `"${found.sku}"`)] : [];
  });
  return kept.join("\n");
}

// A person's part, estimated: nobody was timed (docs/first-sale.md).
const letterSeconds = 0.5;
const pressSeconds = 3;
const readSeconds = 10; // Each step's words.
const handsSecondsMax = 360; // Of ten minutes; the rest is the machine's.

const handsOf = ({ typed, pressed }) =>
  Math.round(typed * letterSeconds + pressed * pressSeconds + readSeconds);

// What a person does at a page, counted.
class Hands {
  steps = [];

  async step(name, act) {
    this.now = { step: name, seconds: 0, typed: 0, pressed: 0 };
    const begin = performance.now();
    await act();
    this.now.seconds = Math.round((performance.now() - begin) / 100) / 10;
    this.steps.push({ ...this.now, hands: handsOf(this.now) });
  }

  async type(field, text) {
    this.now.typed += text.length;
    await field.fill(text);
  }

  async press(what, ...how) {
    ++this.now.pressed;
    await what.click(...how);
  }
}

const told = ({ step, seconds, typed, pressed, hands }) =>
  `${step}: machine ${seconds.toFixed(1)} s, hands about ${hands} s (${typed} letters, ${pressed} presses)`;

async function signIn({ page }, hands, server) {
  const { owner, password } = server.operators[0];
  await page.goto(`${server.url}/console`);
  await hands.type(page.getByLabel("E-mail"), owner);
  await hands.type(page.getByLabel("Password"), password);
  await hands.press(page.getByRole("button", { name: "Sign in", exact: true }));
  await page.getByRole("heading", { name: "First steps" }).waitFor();
}

async function addSite({ page }, hands) {
  await hands.type(page.getByLabel("Name of the site"), "Town hall");
  await hands.press(page.getByRole("button", { name: "Add the site" }));
  await page.getByText("1 of 9 done").waitFor();
}

async function addMarket({ page }, hands) {
  await hands.type(page.getByLabel("Name", { exact: true }), "Germany");
  await hands.press(page.getByRole("button", { name: "Add a market" }));
  await page.getByText("2 of 9 done").waitFor();
}

async function addProducts({ page }, hands) {
  for (const [index, one] of products.entries()) {
    if (index === 0) await hands.press(page.getByRole("link", { name: "Add a product" }));
    await hands.type(page.getByLabel("Name", { exact: true }), one.name);
    await hands.type(page.getByLabel("SKU"), one.sku);
    await hands.type(page.getByLabel(/Price in Germany/), one.price);
    await hands.type(page.getByLabel("Tax (%)"), "19");
    const photos = [0, 1, 2, 3, 4].map((number) => join(demo, "products", one.as, `${number}.jpg`));
    await page.locator('input[type="file"]').setInputFiles(photos);
    ++hands.now.pressed; // They are dragged in together.
    await page.getByRole("img", { name: "Photo 5" }).waitFor();
    await hands.press(page.getByRole("button", { name: "Add a product" }));
    await page.getByRole("heading", { name: one.name, level: 1 }).waitFor();
    const last = index + 1 === products.length;
    await hands.press(page.getByRole("link", { name: last ? "First steps" : "Add another one" }));
  }
  await page.getByText("3 of 9 done").waitFor();
}

async function addCabinet({ page }, hands) {
  await hands.type(page.getByLabel("Name of the cabinet"), "Cooler 1");
  await hands.press(page.getByRole("button", { name: "Add the cabinet" }));
  await page.getByText("4 of 9 done").waitFor();
}

async function layOut({ page }, hands, file, visitor) {
  await hands.press(page.getByRole("link", { name: "Give a measured file" }));
  await page.getByRole("heading", { name: "Cooler 1" }).waitFor();
  const chooses = page.waitForEvent("filechooser");
  await hands.press(page.getByText("Use a layout file", { exact: true }));
  await (await chooses).setFiles(file);
  await page.locator(".facing").filter({ hasText: "Apple juice" }).waitFor();
  await visitor.look("first-sale-layout");
  await hands.press(page.getByRole("button", { name: "Publish" }));
  await hands.press(page.getByRole("dialog").getByRole("button", { name: "Publish" }));
  await page.getByText(/is published/).first().waitFor();
  await hands.press(page.getByRole("link", { name: "First steps" }));
  await page.getByText("6 of 9 done").waitFor();
}

// Runs the very commands that the console shows.
async function connect({ page }, hands, server) {
  await hands.press(page.getByRole("button", { name: "Make a code" }));
  const commands = page.locator(".step-body .copy-text pre");
  await commands.nth(2).waitFor();
  const [provision, , virtual] = (await commands.allInnerTexts()).map((one) => one.trim().split(" "));
  const log = join(server.folder, "cabinet.log");
  const place = join(server.folder, "cabinet");
  mkdirSync(place);
  symlinkSync(join(root, "demo"), join(place, "demo"));
  hands.now.pressed += 4; // Copied and pasted, both.
  const made = run(provision.slice(1), log, place);
  if ((await made.ended) !== 0) throw new Error(readFileSync(log, "utf8"));
  const port = await freePort();
  const config = join(place, "cabinet.toml");
  writeFileSync(config, readFileSync(config, "utf8").replace("port = 7070", `port = ${port}`));
  const process = run(virtual.slice(1), log, place);
  await page.getByText("7 of 9 done").waitFor();
  return { process, screen: `http://127.0.0.1:${port}` };
}

async function restock({ page }, hands, screen, server) {
  await hands.press(page.getByRole("link", { name: "Restock it" }));
  await page.getByRole("heading", { name: "Restock Cooler 1" }).waitFor();
  await hands.press(page.getByRole("button", { name: "Unlock the cabinet" }));
  await page.getByText("It is unlocked for you").waitFor();
  await hands.press(screen.page.getByRole("button", { name: "Open the door" }));
  await screen.page.getByRole("button", { name: "Close the door" }).waitFor();
  await hands.press(page.getByRole("button", { name: "This is what I did" }));
  await page.getByText("Close the door to end the restock").waitFor();
  await hands.press(screen.page.getByRole("button", { name: "Close the door" }));
  await page.getByText("The restock is over").waitFor();
  await hands.press(page.getByRole("link", { name: "First steps" }));
  await page.getByText("8 of 9 done").waitFor({ timeout: receiptWithinMs });
  // The cameras' model has looked at all photos.
  await page.getByText("It is ready to sell").waitFor({ timeout: receiptWithinMs });
}

async function sell(world, hands, screen, server) {
  const shopper = await Visitor.come(world.browser);
  shopper.expect(/status of 401/);
  const { page } = shopper;
  const link = screen.page.getByRole("link", { name: /Open the wallet here/ });
  await page.goto(await until("the cabinet's code", () => link.getAttribute("href")));
  await page.getByRole("heading", { name: "Cooler 1" }).waitFor();
  const address = "first@tally.example";
  await hands.type(page.getByLabel("E-mail address"), address);
  await hands.press(page.getByRole("button", { name: "Send me a code" }));
  await hands.type(page.getByLabel("The six digits"), await server.letterCode(address));
  await hands.press(page.getByText("Works", { exact: true }));
  await hands.press(page.getByRole("button", { name: "Add this card" }));
  await hands.press(page.getByRole("button", { name: "Unlock" }));
  await hands.press(screen.page.getByRole("button", { name: "Open the door" }));
  // Somebody takes something: the clips are played.
  await screen.page.waitForFunction(() =>
    [...document.querySelectorAll("video")].every((one) => one.ended || one.currentTime > 6),
  );
  await hands.press(screen.page.getByRole("button", { name: "Close the door" }));
  await page.locator(".totals").waitFor({ timeout: receiptWithinMs });
  await page.getByText("Apple juice").first().waitFor();
  await shopper.look("first-sale-receipt");
  await shopper.leave();
}

export default async function firstSale(t, world) {
  const server = await new Server({ operators: ["Town Coolers"] }).start();
  const hands = new Hands();
  let cabinet;
  const owner = await Visitor.come(world.browser, { viewport: desk });
  owner.expect(/status of 401/);
  const screen = await Visitor.come(world.browser, { viewport: desk });
  try {
    await t.test("a new operator is led to the first sale", async (at) => {
      const file = join(server.folder, "cooler-1.toml");
      writeFileSync(file, measuredFile());
      await hands.step("Sign in", () => signIn(owner, hands, server));
      await owner.look("first-sale-begin");
      await hands.step("A site", () => addSite(owner, hands));
      await hands.step("A market", () => addMarket(owner, hands));
      await hands.step("Five products", () => addProducts(owner, hands));
      await owner.look("first-sale-products");
      await hands.step("A cabinet", () => addCabinet(owner, hands));
      await hands.step("Cameras and shelves", () => layOut(owner, hands, file, owner));
      await hands.step("Connect it", async () => {
        cabinet = await connect(owner, hands, server);
      });
      await screen.page.goto(cabinet.screen);
      await hands.step("Load it", () => restock(owner, hands, screen, server));
      await owner.look("first-sale-ready");
      await hands.step("The first sale", () => sell(world, hands, screen, server));
      await owner.page.getByRole("heading", { name: "First steps" }).waitFor({ state: "detached" });
      await owner.page.getByText("1 receipt", { exact: true }).waitFor();
      await owner.look("first-sale-sold");
      writeFileSync(join(root, "build/web/first_sale.json"), JSON.stringify(hands.steps, null, 1));
      for (const one of hands.steps) at.diagnostic(told(one));
      const sum = (of) => hands.steps.reduce((all, one) => all + one[of], 0);
      const whole = { step: "together", typed: sum("typed"), pressed: sum("pressed") };
      at.diagnostic(told({ ...whole, seconds: sum("seconds"), hands: sum("hands") }));
      assert.equal(hands.steps.length, 9);
      // The machine's part is told only: other work makes it longer.
      assert.ok(sum("hands") <= handsSecondsMax, `${sum("hands")} s of typing and pressing`);
    });
    await screen.leave();
    await owner.leave();
  } finally {
    await end(cabinet?.process);
    await server.stop();
  }
}
