// A tour of every page, dialog and state worth a look (tour/), in both lights and widths, by axe and
// as pictures; then in Spanish, where nothing may be left in English. What a router or a component
// knows and the tour has not been at fails it.
import assert from "node:assert/strict";
import { desk, phone, Visitor } from "./support/browser.js";
import { addPerson, enter, setReviewLevel, shop, shopperToken } from "./support/operator.js";
import { Server } from "./support/server.js";
import { buy } from "./support/shopper.js";
import { answerFor } from "./tour/answers.js";
import { cabinetRows } from "./tour/cabinet.js";
import { consoleRows } from "./tour/console.js";
import { houseRows } from "./tour/console_house.js";
import { knownDialogs, knownRoutes } from "./tour/known.js";
import { leftInEnglish, wordsOf } from "./tour/languages.js";
import { walletRows } from "./tour/wallet.js";

export const alone = true; // With a server of its own: other rooms' doings are not in its pictures.

const rows = [
  ...walletRows.map((row) => ({ ...row, picture: `wallet-${row.name}` })),
  ...[...consoleRows, ...houseRows].map((row) => ({ ...row, picture: `console-${row.name}` })),
  ...cabinetRows.map((row) => ({ ...row, picture: `cabinet-${row.name}` })),
];

// TOUR=word: only rows with it in their picture's name, for who works on a page; a list with commas
// is rows by their whole names. TOUR_IN=es: the pages in English are read, and only read.
const asked = process.env.TOUR ?? "";
const named = asked.split(",");
const chosen = rows.filter((row) =>
  named.length > 1 ? named.includes(row.picture) : row.picture.includes(asked),
);
const looksIn = (language) => (process.env.TOUR_IN ?? language) === language;

// One of each thing, so that no page is empty that need not be.
async function fill(world) {
  const { server } = world;
  const token = await server.ownerToken();
  const ask = (method, path, body, who = token) =>
    server.ask(method, path, { token: who, body, key: `tour ${path}` });
  const hook = { url: "https://hooks.tally.example/tally" };
  const { webhook_endpoint: endpoint } = await ask("POST", "/v1/webhook_endpoints", hook);
  await ask("POST", "/v1/api_keys", { name: "till", role: "viewer" });
  await setReviewLevel(world, 5);
  const buyer = await buy(world, world.cabinet);
  const receipt = new URL(buyer.page.url()).pathname.split("/").pop();
  const bought = await ask("GET", `/v1/receipts/${receipt}`);
  const other = await shopperToken(world);
  const sold = await shop(world, world.cabinet, other);
  const { lines } = await ask("GET", `/v1/receipts/${sold.receipt}`);
  const dispute = await ask(
    "POST",
    `/v1/receipts/${sold.receipt}/disputes`,
    { words: "I put it back", lines: [{ sku: lines[0].sku, quantity: 0 }] },
    other.token,
  );
  await setReviewLevel(world, 1);
  const { review } = await shop(world, world.cabinet, other);
  const { data: products } = await ask("GET", "/v1/products");
  const { data: markets } = await ask("GET", "/v1/markets");
  const facts = {
    ...{ receipt, session: bought.session, payment: bought.payment, sku: bought.lines[0].sku },
    ...{ review, dispute: dispute.id, endpoint: endpoint.id, market: markets[0].id },
    product: products.find((one) => one.photos.length > 1).id,
    cabinet: world.cabinet.made.id,
  };
  return { facts, buyer };
}

// Who goes on the tour, each in a browser of their own that holds no other's pages.
async function people(world, buyer, locale) {
  const come = async (of) => {
    const storageState = await of.context.storageState();
    const more = { storageState, serviceWorkers: "block", viewport: desk };
    return Visitor.come(world.browser, { locale, ...more });
  };
  const viewer = await enter(world, "/console/overview", await addPerson(world, "viewer"));
  const owner = await enter(world, "/console/overview");
  const nobody = await Visitor.come(world.browser);
  const screen = await Visitor.come(world.browser);
  const all = { shopper: buyer, viewer, owner, nobody, screen };
  const came = {};
  for (const [who, one] of Object.entries(all)) {
    came[who] = await come(one);
    came[who].expect(/status of (400|401|404|410|500)/); // What rows are about.
    if (one !== buyer) await one.leave();
  }
  return came;
}

// The agent's events, told once by `say` and then silent.
function hush(state) {
  const real = globalThis.fetch;
  globalThis.fetch = (what, ...more) => {
    if (String(what) !== "/events") return real(what, ...more);
    const text = `event: state\ndata: ${state}\n\n`;
    const body = new ReadableStream({
      start: (to) => to.enqueue(new TextEncoder().encode(text)),
    });
    return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  };
}

async function goTo(row, { page }, world, facts) {
  if (row.who === "screen") {
    const now = await world.cabinet.state();
    await page.addInitScript(hush, JSON.stringify({ ...now, ...row.says }));
    return page.goto(world.cabinet.screen);
  }
  await answerFor(page, row.answers ?? {}, facts);
  if (row.forget) await page.addInitScript(() => localStorage.clear());
  const at = row.at ?? (() => row.route);
  const door = row.route === "/d/:token" && new URL(await world.cabinet.code()).pathname;
  await page.goto(world.server.url + at({ ...facts, door: door && door.split("/").pop() }));
}

async function stand(row, visitor, world, facts) {
  const { page } = visitor;
  await page.setViewportSize(row.narrow ? phone : desk);
  await goTo(row, visitor, world, facts);
  for (const step of row.press ?? []) {
    if (row.fill && step === row.press.at(-1) && !row.then) await fillIn(row, page);
    await page.locator(step).first().click();
  }
  if (row.then) await fillIn(row, page);
  for (const step of row.then ?? []) await page.locator(step).first().click();
  if (row.type) {
    await page.locator("h1").first().waitFor();
    await page.keyboard.press(row.type);
  }
  if (row.dialog) await page.locator("dialog[open]").waitFor();
  if (row.shows) await page.locator(row.shows).first().waitFor({ state: "attached" });
  if (!/-waits$|^opening$/.test(row.name)) await settled(page);
}

async function fillIn(row, page) {
  for (const [field, text] of Object.entries(row.fill)) await page.locator(field).first().fill(text);
}

// Nothing is on its way any more: no skeleton, and each picture and video has something to show.
const settled = (page) =>
  page.waitForFunction(
    () =>
      !document.querySelector(".skeleton") &&
      [...document.images].every((one) => one.complete) &&
      [...document.querySelectorAll("video")].every((one) => one.readyState >= 2 || one.error),
  );

async function tour(t, world, { facts, buyer }, locale, each) {
  const came = await people(world, buyer, locale);
  for (const row of chosen) {
    await t.test(`${row.picture} in ${locale}`, async () => {
      const visitor = came[row.who];
      const page = await visitor.context.newPage();
      const before = visitor.page;
      visitor.turnTo(page);
      await before.close();
      await stand(row, visitor, world, facts);
      await each(row, visitor);
    });
  }
  for (const visitor of Object.values(came)) await visitor.leave();
}

const widthsOf = (row) => (row.narrow ? [phone] : row.wide ? [desk] : [phone, desk]);

export default async function pages(t, world) {
  await t.test("the tour goes everywhere that the pages know", () => {
    const routes = new Set(rows.map((row) => row.route));
    const missed = knownRoutes().filter((one) => !routes.has(one));
    assert.deepEqual(missed, [], "addresses without a picture");
    const dialogs = new Set(rows.map((row) => row.dialog));
    assert.deepEqual(knownDialogs().filter((one) => !dialogs.has(one)), [], "dialogs without one");
    assert.equal(new Set(rows.map((row) => row.picture)).size, rows.length, "names used twice");
  });
  const server = await new Server({ cabinets: 2 }).start();
  const own = { ...world, server };
  try {
    own.cabinet = await server.startCabinet();
    const filled = await fill(own);
    const english = new Map();
    await tour(t, own, filled, "en-GB", async (row, visitor) => {
      english.set(row.picture, await wordsOf(visitor.page));
      if (!looksIn("en")) return;
      const full = !row.dialog && !row.narrow;
      await visitor.look(row.picture, { widths: widthsOf(row), full });
    });
    if (looksIn("es")) await tour(t, own, filled, "es-ES", async (row, visitor) => {
      const spanish = await wordsOf(visitor.page);
      const full = !row.dialog && !row.narrow;
      const how = { widths: widthsOf(row), schemes: ["light"], full, axe: false };
      await visitor.look(`${row.picture}-es`, how);
      assert.deepEqual(leftInEnglish(english.get(row.picture) ?? [], spanish), [], row.picture);
    });
    await filled.buyer.leave();
  } finally {
    await server.stop();
  }
}
