// What an operator's people do in the console, up to where a test begins.
import { desk, receiptWithinMs, Visitor } from "./browser.js";
import { until } from "./server.js";

export const password = "a long password for tests";

let number = 0;

// Signed in at the console, at `path`. `meanwhile`: what else the page asks for.
export async function enter(world, path, { email, secret, meanwhile, ...options } = {}) {
  const visitor = await Visitor.come(world.browser, { viewport: desk, ...options });
  visitor.expect(/status of 401/); // Who is signed in is asked first.
  const { page } = visitor;
  await page.goto(world.server.url + path);
  await page.getByLabel("E-mail").fill(email ?? world.server.demo.owner);
  await page.getByLabel("Password").fill(secret ?? world.server.demo.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await meanwhile?.(page);
  await page.getByRole("navigation", { name: "Sections" }).waitFor({ state: "attached" });
  return visitor;
}

export async function addPerson(world, role) {
  const token = await world.server.ownerToken();
  const email = `${role}-${++number}@tally.example`;
  const body = { email, name: `${role} ${number}`, role, password };
  await world.server.ask("POST", "/v1/users", { token, body });
  return { email, secret: password };
}

// 1: a person sees every cart; 5: none.
export async function setReviewLevel(world, level) {
  const token = await world.server.ownerToken();
  const { data } = await world.server.ask("GET", "/v1/markets", { token });
  await world.server.ask("PATCH", `/v1/markets/${data[0].id}`, {
    token,
    body: { review_level: level },
  });
}

// A shopper without a page, who has a card that works.
export async function shopperToken({ server }) {
  const email = `console-shopper-${++number}@tally.example`;
  const { tenant, card } = server.demo;
  await server.ask("POST", "/v1/sign_in/codes", { body: { tenant, email } });
  const body = { tenant, email, code: await server.letterCode(email) };
  const { token } = await server.ask("POST", "/v1/sign_in/shoppers", { body });
  const method = await server.ask("POST", "/v1/payment_methods", {
    token,
    key: `method-${number}`,
    body: { provider_token: card },
  });
  return { token, method: method.id };
}

// From the code on the screen until the session is reviewed or settled.
export async function shop({ server }, cabinet, { token, method }) {
  const door = new URL(await cabinet.freshCode()).pathname.split("/").pop();
  const { id } = await server.ask("POST", "/v1/sessions", {
    token,
    key: `session-${++number}`,
    body: { door_token: door, payment_method: method },
  });
  return until(
    "the end of the session",
    async () => {
      const now = await server.ask("GET", `/v1/sessions/${id}`, { token });
      if (now.state === "ended") throw new Error(`the session ended: ${now.end}`);
      return ["review", "settled"].includes(now.state) && now;
    },
    receiptWithinMs,
    250,
  );
}
