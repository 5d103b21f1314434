// Two operators on one server, each in a console of their own; and a server that goes and comes back
// under them.
import assert from "node:assert/strict";
import { Visitor } from "./support/browser.js";
import { enter } from "./support/operator.js";
import { Server } from "./support/server.js";

export const alone = true; // With a server of its own.

const names = ["North Coolers", "South Coolers"];

// Signs in where several operators are served: the page asks whose person it is.
async function enterAs(world, server, operator, path) {
  const own = { browser: world.browser, server: { url: server.url, demo: operator } };
  const person = await enter(own, path, {
    meanwhile: async (page) => {
      await page.getByLabel("Operator").fill(operator.tenant);
      await page.getByRole("button", { name: "Sign in" }).click();
    },
  });
  person.expect(/status of 4(00|22)/); // The first try, without the operator.
  return person;
}

async function addSite({ page }, name) {
  await page.getByLabel("Name of the site").fill(name);
  await page.getByRole("button", { name: "Add the site" }).click();
  await page.getByText("1 of 9 done").waitFor();
}

export default async function tenants(t, world) {
  const server = await new Server({ operators: names }).start();
  const people = [];
  try {
    await t.test("two operators see their own house and nothing of the other's", async () => {
      for (const operator of server.operators) {
        people.push(await enterAs(world, server, operator, "/console/overview"));
      }
      const [north, south] = people;
      await addSite(north, "North pier");
      await addSite(south, "South gate");
      for (const person of people) await person.page.goto(`${server.url}/console/fleet`);
      await north.page.getByText("No cabinet yet").waitFor();
      const sites = await Promise.all(
        people.map(({ page }) =>
          page.evaluate(async () => (await (await fetch("/v1/sites")).json()).data),
        ),
      );
      assert.deepEqual(
        sites.map((all) => all.map((one) => one.name)),
        [["North pier"], ["South gate"]],
      );
      south.expect(/status of 404/);
      const status = await south.page.evaluate(
        async (id) => (await fetch(`/v1/sites/${id}`)).status,
        sites[0][0].id,
      );
      assert.equal(status, 404);
    });

    await t.test("a shopper whose operator nobody knows is sent to a cabinet's code", async () => {
      const visitor = await Visitor.come(world.browser);
      visitor.expect(/status of 40(0|1)/);
      const { page } = visitor;
      await page.goto(`${server.url}/wallet/sign-in`);
      await page.getByLabel("E-mail address").fill("sam@tally.example");
      await page.getByRole("button", { name: "Send me a code" }).click();
      await page.getByText("Scan a cabinet’s code first", { exact: false }).waitFor();
      await visitor.leave();
    });

    await t.test("a server that comes back finds the page live, and what was typed there", async () => {
      const [{ page }] = people;
      for (const person of people) person.expect(/ERR_|status of 50/);
      await page.goto(`${server.url}/console/products/new`);
      await page.getByLabel("Name", { exact: true }).fill("Half-written lemonade");
      const live = page.locator(".live");
      await page.locator('.live[data-state="live"]').waitFor();
      await server.restart(async () => {
        await page.locator('.live[data-state="late"]').waitFor();
        assert.match(await live.innerText(), /News are late/);
      });
      await page.locator('.live[data-state="live"]').waitFor({ timeout: 90000 });
      await page.getByRole("button", { name: "Add a product" }).click();
      await page.getByRole("heading", { name: "Half-written lemonade" }).waitFor();
      // What happens elsewhere is seen again.
      await page.goto(`${server.url}/console/products`);
      await page.getByText("Half-written lemonade").waitFor();
    });
    for (const person of people) await person.leave();
  } finally {
    await server.stop();
  }
}
