// The console's pages of goods, layouts, stock, money and house, as an owner uses them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { desk, Visitor } from "./support/browser.js";
import { addPerson, enter } from "./support/operator.js";
import { root, until } from "./support/server.js";

const photos = ["0.jpg", "1.jpg"].map((one) => join(root, "demo/take_one/products/p02", one));

async function signIn(world) {
  const visitor = await Visitor.come(world.browser, { viewport: desk });
  visitor.expect(/status of 401/); // Who is signed in is asked first.
  const { page } = visitor;
  await page.goto(`${world.server.url}/console`);
  await page.getByLabel("E-mail").fill(world.server.demo.owner);
  await page.getByLabel("Password").fill(world.server.demo.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  return visitor;
}

async function enrolProduct(world, { page }) {
  await page.goto(`${world.server.url}/console/products/new`);
  await page.getByRole("button", { name: "Add a product" }).click();
  await page.getByText("Give it a name that shoppers know.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Lemonade 0.33 l");
  assert.equal(await page.getByLabel("SKU").inputValue(), "lemonade-0-33-l");
  await page.reload();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Lemonade 0.33 l");
  await page.locator('input[type="file"]').setInputFiles(photos);
  await page.getByRole("img", { name: "Photo 2" }).waitFor();
  await page.getByRole("button", { name: "Add a product" }).click();
  await page.getByRole("heading", { name: "Lemonade 0.33 l" }).waitFor();
  await page.getByRole("img", { name: "Photo 2" }).waitFor();
  await page.getByText(/are enrolled: cameras know this product/).waitFor({ timeout: 60000 });
  // The same pictures are those of a product of the demo.
  await page.getByText("Looks like another product").waitFor();
}

const restocked = 3; // A cabinet of these tests alone.

async function publishLayout(world, { page }) {
  const { id, name } = world.server.demo.cabinets[restocked];
  await page.goto(`${world.server.url}/console/layouts/${id}`);
  await page.getByRole("heading", { name }).waitFor();
  const product = page.locator(".palette-item").filter({ hasText: "Lemonade" });
  const first = page.locator('.facing[data-shelf="0"][data-facing="0"]');
  await product.dragTo(first);
  await first.filter({ hasText: "Lemonade" }).waitFor();
  // By the keyboard alone: picked up, put down, and undone.
  await product.press("Enter");
  const second = page.locator('.facing[data-shelf="0"][data-facing="1"]');
  await second.press("Enter");
  await second.filter({ hasText: "Lemonade" }).waitFor();
  await second.press("u");
  await second.filter({ hasNotText: "Lemonade" }).waitFor();
  await page.reload();
  await first.filter({ hasText: "Lemonade" }).waitFor();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("The draft is saved").waitFor();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await page.getByText(/Version 2 is published/).waitFor();
  const token = await world.server.ownerToken();
  const planograms = await world.server.ask("GET", `/v1/cabinets/${id}/planograms`, { token });
  assert.equal(planograms.data[0].state, "published");
}

// The published layout holds from the restock on, and what was loaded is in the stock.
async function restock(world, { page }) {
  const cabinet = await world.server.startCabinet({ index: restocked, mode: "manual" });
  const { id } = cabinet.made;
  await page.getByRole("link", { name: "Restock it" }).click();
  await page.getByRole("heading", { name: `Restock ${cabinet.name}` }).waitFor();
  await page.getByRole("button", { name: "Unlock the cabinet" }).click();
  await page.getByText("It is unlocked for you").waitFor();
  await until("the open door", async () => {
    await cabinet.act("/door", { open: true });
    return (await cabinet.state()).state === "open";
  });
  await page.getByLabel("Loaded: Lemonade 0.33 l").fill("6");
  await page.getByLabel(/^Thrown away: Product p02/).fill("1");
  await page.reload();
  assert.equal(await page.getByLabel("Loaded: Lemonade 0.33 l").inputValue(), "6");
  await page.getByRole("button", { name: "This is what I did" }).click();
  await page.getByText("Close the door to end the restock").waitFor();
  await cabinet.act("/door", { open: false });
  await page.getByText("The restock is over").waitFor({ timeout: 60000 });
  const token = await world.server.ownerToken();
  await until("the layout in force", async () => {
    const all = await world.server.ask("GET", `/v1/cabinets/${id}/planograms`, { token });
    return all.data[0].state === "applied";
  });
  await page.getByRole("link", { name: "To the stock" }).click();
  const row = page.locator("tr").filter({ hasText: "Lemonade 0.33 l" });
  await row.first().filter({ hasText: "6" }).waitFor();
  const receipts = await world.server.ask("GET", `/v1/receipts?cabinet=${id}`, { token });
  assert.deepEqual(receipts.data, []);
  await clearForcedDoor(world, page, cabinet);
  await revokeKeys(world, page, cabinet);
  await cabinet.stop();
}

async function revokeKeys(world, page, cabinet) {
  await page.getByRole("button", { name: "Revoke its keys" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke its keys" }).click();
  await page.getByText("Its keys hold no more").waitFor();
  const token = await world.server.ownerToken();
  await until("the end of its connection", async () => {
    const now = await world.server.ask("GET", `/v1/cabinets/${cabinet.made.id}`, { token });
    return !now.health.connected;
  });
}

async function changePassword(world) {
  const { email, secret } = await addPerson(world, "viewer");
  const person = await enter(world, "/console/overview", { email, secret });
  person.expect(/status of 401/);
  const { page } = person;
  const next = `${secret}, and another one`;
  await page.getByRole("button", { name: "Change my password" }).click();
  const dialog = page.getByRole("dialog");
  const fill = async (current) => {
    await dialog.getByLabel("Current password").fill(current);
    await dialog.getByLabel("New password", { exact: true }).fill(next);
    await dialog.getByLabel("New password, once more").fill(next);
    await dialog.getByRole("button", { name: "Change it" }).click();
  };
  await fill("not the password at all");
  await dialog.getByText("That is not your password.").waitFor();
  await person.look("console-password");
  await fill(secret);
  await page.getByText("Your password is changed").waitFor();
  await person.leave();
  const again = await enter(world, "/console/overview", { email, secret: next });
  await again.leave();
}

// One alert for one forced door, which a person clears where it is seen, without locking anything.
async function clearForcedDoor(world, page, cabinet) {
  await cabinet.act("/door", { open: true, force: true });
  await page.goto(`${world.server.url}/console/fleet/${cabinet.made.id}`);
  const alerts = page.locator("li").filter({ hasText: "Door was forced" });
  await alerts.first().waitFor();
  assert.equal(await alerts.count(), 1);
  await alerts.getByRole("button", { name: "Clear" }).click();
  await alerts.first().waitFor({ state: "detached" });
  await cabinet.act("/door", { open: false });
}

async function keyOnce({ page }, url) {
  await page.goto(`${url}/console/people/keys`);
  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("till");
  await dialog.getByRole("button", { name: "Make a key" }).click();
  const secret = await page.locator(".copy-text pre").innerText();
  assert.match(secret, /^tally_/);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("cell", { name: "till", exact: true }).waitFor();
  assert.ok(!(await page.content()).includes(secret));
}

export default async function consoleManage(t, world) {
  const visitor = await signIn(world);
  await t.test("a product is enrolled, and told to look like another", () =>
    enrolProduct(world, visitor),
  );
  await t.test("a layout goes from the draft to published", () => publishLayout(world, visitor));
  await t.test("a restock puts it in force and charges nobody", () => restock(world, visitor));
  await t.test("a key's secret is shown once", () => keyOnce(visitor, world.server.url));
  await t.test("a person changes their own password", () => changePassword(world));
  await visitor.leave();
}
