// A real card: saved on a page of Stripe's, for which a server of our own stands in.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Visitor } from "./support/browser.js";
import { signIn } from "./support/shopper.js";
import { Server } from "./support/server.js";

export const alone = true; // With a server of its own.

const hosted = "https://checkout.stripe.com/c/pay/";

// Answers as Stripe does where cards are saved. Whether a session is complete, the test says.
class Stripe {
  constructor() {
    this.sessions = [];
    this.keys = new Set();
    this.http = createServer((request, answer) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        const form = new URLSearchParams(Buffer.concat(parts).toString());
        answer.setHeader("Content-Type", "application/json");
        answer.end(JSON.stringify(this.answer(request, form)));
      });
    });
  }

  answer({ method, url, headers }, form) {
    if (method === "POST") this.keys.add(headers["idempotency-key"]);
    if (url === "/v1/customers") return { id: "cus_1" };
    if (url === "/v1/checkout/sessions") {
      const id = `cs_test_${this.sessions.length}`;
      const session = { id, url: hosted + id, status: "open", expires_at: 1900000000 };
      this.sessions.push({ form, session });
      return session;
    }
    return this.sessions.find(({ session }) => url.includes(session.id))?.session;
  }

  complete(index) {
    const card = { brand: "visa", last4: "4242" };
    Object.assign(this.sessions[index].session, {
      status: "complete",
      customer: "cus_1",
      setup_intent: { status: "succeeded", payment_method: { id: `pm_${index}`, card } },
    });
  }

  async start() {
    await new Promise((done) => this.http.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${this.http.address().port}`;
  }
}

export default async function card(t, world) {
  const stripe = new Stripe();
  const folder = mkdtempSync(join(tmpdir(), "tally-card-"));
  writeFileSync(join(folder, "key"), "sk_test_1");
  const settings =
    `[payments]\nprovider = "stripe"\nsecret_file = "${folder}/key"\n` +
    `url = "${await stripe.start()}"\n`;
  const server = await new Server({ operators: ["North Coolers"], settings }).start();
  try {
    await t.test("a card is saved at Stripe, and one that was not is told so", async () => {
      const visitor = await Visitor.come(world.browser);
      visitor.expect(/status of 401/);
      const { page, context } = visitor;
      const back = `<a href="BACK">Back</a>`;
      await context.route(`${hosted}**`, (route) => {
        const { form } = stripe.sessions.at(-1);
        const body = back.replace("BACK", form.get("success_url"));
        return route.fulfill({ contentType: "text/html", body });
      });
      await page.goto(`${server.url}/wallet`);
      await page.evaluate(
        (tenant) => localStorage.setItem("tally.tenant", JSON.stringify(tenant)),
        server.operators[0].tenant,
      );
      await page.goto(`${server.url}/wallet/sign-in`);
      await signIn({ server }, visitor);
      await page.getByRole("link", { name: "Scan a cabinet’s code" }).waitFor();
      await page.goto(`${server.url}/wallet/cards/new`);
      const add = page.getByRole("button", { name: "Add a card on Stripe’s page" });
      await add.waitFor();
      await visitor.look("wallet-card-hosted");
      await add.click();
      await page.getByRole("link", { name: "Back" }).click();
      await page.getByRole("heading", { name: "No card was saved" }).waitFor();
      await visitor.look("wallet-card-not-saved");
      await add.click();
      await page.waitForURL(`${hosted}**`);
      assert.equal(stripe.sessions.length, 2);
      stripe.complete(1);
      await page.getByRole("link", { name: "Back" }).click();
      await page.getByText(/visa ending in 4242/i).waitFor();
      assert.equal(stripe.sessions[1].form.get("mode"), "setup");
      assert.equal(stripe.sessions[1].form.get("customer"), "cus_1");
      assert.equal(stripe.keys.size, 4); // Two customers' and two sessions'.
      await visitor.leave();
    });
  } finally {
    await server.stop();
    stripe.http.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
