// The console: fleet, sessions, a session's videos in step, reviews by the keyboard, disputes.
import assert from "node:assert/strict";
import { desk } from "./support/browser.js";
import { addPerson, enter, setReviewLevel, shop, shopperToken } from "./support/operator.js";
import { until, wait } from "./support/server.js";

const apartMsMax = 40;
const framesWanted = 150;
const framesBeforeEvent = 21; // An event is gone to a second and a half before it.

const placeOf = (path) => path.split("/").pop();

export default async function (t, world) {
  await setReviewLevel(world, 1);
  const shopper = await shopperToken(world);
  const sessions = [];
  for (let count = 0; count < 3; ++count) sessions.push(await shop(world, world.cabinet, shopper));

  await t.test("fleet, map, cabinet and sessions", async () => {
    const person = await enter(world, "/console/fleet");
    const { page } = person;
    await page.getByRole("link", { name: world.cabinet.name }).waitFor();
    await person.look("console-fleet");
    await page.getByRole("button", { name: "Map" }).click();
    await page.getByRole("group", { name: "Map of the sites" }).waitFor();
    await person.look("console-map");
    await page.goto(`${world.server.url}/console/fleet/${world.cabinet.made.id}`);
    await page.getByRole("heading", { name: "Latest sessions" }).waitFor();
    await page.locator(".sessions-table tbody tr").first().waitFor();
    await person.look("console-cabinet");
    await page.goto(`${world.server.url}/console/sessions?state=review`);
    await page.locator(".sessions-table tbody tr").first().waitFor();
    assert.equal(await page.getByLabel("State").inputValue(), "review");
    await person.look("console-sessions");
    await person.leave();
  });

  await t.test("a session's videos play in step", async () => {
    const person = await enter(world, `/console/sessions/${sessions[0].id}`);
    const { page } = person;
    await page.waitForFunction(() => {
      const all = [...document.querySelectorAll(".screen video")];
      return all.length === 3 && all.every((one) => one.readyState >= 3);
    });
    await person.look("console-session");
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("l");
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".screen video")].every((one) => !one.paused),
    );
    // Looked at from where all play, until frames enough were seen or they end.
    const apart = await page.evaluate(async (frames) => {
      const videos = [...document.querySelectorAll(".screen video")];
      const found = [];
      let last = performance.now();
      while (found.length < frames && !videos.some((one) => one.ended)) {
        const now = await new Promise((done) => requestAnimationFrame(done));
        const gap = now - last;
        last = now;
        // A page that was given no frame for long could mend nothing meanwhile.
        if (gap > 100) continue;
        if (videos.some((one) => one.paused || one.ended)) continue;
        const at = videos.map((one) => one.currentTime * 1000 + Number(one.dataset.startMs));
        found.push(Math.max(...at) - Math.min(...at));
      }
      return found;
    }, framesWanted);
    assert.ok(apart.length > 20, `all played together in only ${apart.length} frames`);
    const worst = Math.max(...apart);
    t.diagnostic(`videos apart: at most ${worst.toFixed(1)} ms in ${apart.length} frames`);
    assert.ok(worst <= apartMsMax, `the videos were ${worst.toFixed(1)} ms apart`);
    // A step moves all of them to the same frame.
    await page.keyboard.press("k");
    await page.keyboard.press(".");
    await until("a step of all videos", () =>
      page.evaluate(() => {
        const all = [...document.querySelectorAll(".screen video")];
        const at = all.map((one) => one.currentTime * 1000 + Number(one.dataset.startMs));
        return all.every((one) => one.paused && !one.seeking) && Math.max(...at) - Math.min(...at) < 5;
      }),
    );
    // At its first event, with what the model saw there.
    await page.keyboard.press("[");
    for (let frame = 0; frame < framesBeforeEvent; ++frame) await page.keyboard.press(".");
    await page.locator(".boxes rect").first().waitFor({ state: "attached" });
    await person.look("console-session-event", { widths: [desk], full: false });
    await person.leave();
  });

  await t.test("two reviewers at once never get the same", async () => {
    const both = [];
    for (let count = 0; count < 2; ++count) {
      both.push(await enter(world, "/console/review", await addPerson(world, "reviewer")));
    }
    for (const { page } of both) await page.getByText(/waiting/).first().waitFor();
    await both[0].look("console-review-queue");
    await Promise.all(both.map(({ page }) => page.keyboard.press("n")));
    for (const { page } of both) await page.waitForURL(/\/console\/review\/rev_/);
    const [one, other] = both.map(({ page }) => placeOf(new URL(page.url()).pathname));
    assert.notEqual(one, other);
    // Who opens another one's is told so.
    both[1].expect(/status of 409/);
    await both[1].page.goto(`${world.server.url}/console/review/${one}`);
    await both[1].page.getByText("Somebody else has this one").waitFor();
    for (const person of both) {
      const token = await world.server.ownerToken();
      assert.ok(token);
      await person.leave();
    }
  });

  await t.test("a review by the keyboard: digits, search, undo, accept", async () => {
    const who = await addPerson(world, "reviewer");
    const person = await enter(world, "/console/review", who);
    const { page } = person;
    await page.getByText(/waiting/).first().waitFor();
    await page.keyboard.press("n");
    await page.waitForURL(/\/console\/review\/rev_/);
    const review = placeOf(new URL(page.url()).pathname);
    await page.getByRole("heading", { name: "What the shopper pays for" }).waitFor();
    await person.look("console-review");
    const count = page.locator(".edit-line.marked .count b");
    if ((await page.locator(".edit-line").count()) === 0) {
      await page.keyboard.press("/");
      await page.keyboard.press("Enter");
    }
    await count.waitFor();
    const before = await count.textContent();
    await page.keyboard.press("7");
    assert.equal(await count.textContent(), "7");
    await page.keyboard.press("u");
    assert.equal(await count.textContent(), before);
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    const token = await world.server.ownerToken();
    const decided = await until("the decision", async () => {
      const now = await world.server.ask("GET", `/v1/reviews/${review}`, { token });
      return now.state === "decided" && now;
    });
    assert.equal(decided.lines[0].quantity, 2);
    await wait(200);
    await person.leave();
  });

  await t.test("disputes have a page, also where there are none", async () => {
    const person = await enter(world, "/console/disputes");
    await person.page.getByRole("heading", { name: "No dispute is open" }).waitFor();
    await person.look("console-disputes");
    await person.leave();
  });
  await setReviewLevel(world, 3);
}
