// The cabinet's screen: its code, its door, the session that is played next.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Visitor, desk, receiptWithinMs } from "./support/browser.js";
import { ready } from "./support/shopper.js";
import { root } from "./support/server.js";

// In place of lab/synth/play: fails the first time, then waits at half the way for a word in the
// pipe, and renders what the cameras have anyway.
function fakeRenderer(folder) {
  const program = join(folder, "renderer");
  const pipe = join(folder, "renderer-pipe");
  const good = join(folder, "renderer-is-good");
  rmSync(pipe, { force: true });
  execFileSync("mkfifo", [pipe]);
  const script = [
    "#!/bin/sh",
    `if [ ! -e "${good}" ]; then touch "${good}"; echo "no screen to draw on" >&2; exit 1; fi`,
    'echo "progress 50" >&2',
    `read word < "${pipe}"`,
    'cp -r "$2" "$6"',
  ];
  writeFileSync(program, script.join("\n") + "\n", { mode: 0o755 });
  return { program, goOn: () => writeFile(pipe, "go\n") };
}

export default async function cabinet(t, world) {
  const renderer = fakeRenderer(world.server.folder);
  const sessions = ["take_one", "take_several"].map((name) => `${root}/demo/${name}`);
  const made = await world.server.startCabinet({ index: 1, mode: "manual", sessions, renderer: renderer.program });
  const visitor = await Visitor.come(world.browser, { viewport: desk });
  const { page } = visitor;

  await t.test("the screen shows code, temperature and the next shopper", async () => {
    await page.goto(made.screen);
    await page.getByRole("img", { name: "Code to scan" }).waitFor();
    await page.getByText("4.2°C inside").waitFor();
    await visitor.look("cabinet-locked");
    const link = page.getByRole("link", { name: /Open the wallet here/ });
    assert.ok((await link.getAttribute("href")).startsWith(`${world.server.url}/d/`));
    await page.getByText("takes three items").click();
    await page.waitForFunction(() =>
      fetch("/state").then(async (a) => (await a.json()).clip === 1),
    );
    await page.reload();
    assert.ok(await page.getByLabel("takes three items").isChecked());
    await page.getByText("takes one item").click();
  });

  await t.test("the door is opened and closed by hand, and the receipt is on its way", async () => {
    const shopper = await ready(world, made);
    await shopper.page.getByRole("button", { name: "Unlock" }).click();
    // Looking takes longer, on a slow machine, than the door stays unlocked.
    await page.getByRole("heading", { name: "Open the door" }).waitFor();
    await page.getByRole("button", { name: "Open the door" }).click();
    await page.getByRole("heading", { name: "Take what you like" }).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("video")].every((one) => one.currentTime > 1),
    );
    await visitor.look("cabinet-open");
    await page.getByRole("button", { name: "Close the door" }).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    await page.getByText("The last purchase is over.").waitFor({ timeout: 40000 });
    await visitor.look("cabinet-after");
    await shopper.page
      .locator(".totals")
      .or(shopper.page.getByText("Somebody takes a look"))
      .waitFor({ timeout: receiptWithinMs });
    await shopper.leave();
  });

  await t.test("without a renderer the page says how to get one", async () => {
    const other = await Visitor.come(world.browser, { viewport: desk });
    await other.page.goto(world.cabinet.screen);
    await other.page.getByText("run lab/synth/setup in a checkout", { exact: false }).waitFor();
    await other.leave();
  });

  await t.test("what is taken and put back is chosen at the shelves", async () => {
    await page.getByRole("button", { name: "Take product p10 from s2f4, 4 there" }).click();
    await page.getByRole("button", { name: "Take product p10 from s2f4, 3 there" }).waitFor();
    // By the keyboard alone: another one, and back with it, to its own place.
    await page.getByRole("button", { name: "Take product p05 from s2f1, 4 there" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "1 × product p05: put one back" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Press where to put product p05").waitFor();
    await visitor.look("cabinet-play-putting");
    await page.keyboard.press("Escape");
    await page.getByText("The shelves: press a product to take it").waitFor();
    await page.getByRole("button", { name: "1 × product p05: put one back" }).click();
    await page.getByRole("button", { name: "Put product p05 into s2f1" }).click();
    await page.getByText("put product p05 into s2f1").waitFor();
    await page.reload();
    await page.getByText("put product p05 into s2f1").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("put product p05 into s2f1").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("took product p05 from s2f1").waitFor({ state: "detached" });
  });

  await t.test("the agent refuses what can't be done, with words", async () => {
    for (const [body, words] of [
      [{ take: "s9f9" }, /no facing/],
      [{ put: "p05", facing: "s2f1" }, /not in the hand/],
      [{ do: "dance" }, /no such act/],
    ]) {
      const answer = await made.act("/play", body);
      assert.equal(answer.status, 422);
      assert.match((await answer.json()).message, words);
    }
  });

  await t.test("a rendering that fails is told, and one that goes is watched and played", async () => {
    const render = page.getByRole("button", { name: "Render and go" });
    await page.getByText("Rendering takes a while", { exact: false }).waitFor();
    await render.click();
    await page.getByText("no screen to draw on").waitFor();
    await visitor.look("cabinet-play-failed");
    await render.click();
    await page.getByText("Rendering what you did: 50 %").waitFor();
    await visitor.look("cabinet-play-rendering");
    await renderer.goOn();
    await page.getByText("It is rendered.").waitFor();
    await visitor.look("cabinet-play-ready");

    const shopper = await ready(world, made);
    await shopper.page.getByRole("button", { name: "Unlock" }).click();
    await page.getByRole("button", { name: "Open the door" }).click();
    await page.getByText("It is playing").waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("video")].every((one) => one.currentTime > 1),
    );
    await page.waitForFunction(
      () => [...document.querySelectorAll("video")].every((one) => one.ended),
      undefined,
      { timeout: 120000 },
    );
    await page.getByRole("button", { name: "Close the door" }).click();
    const verdict = page.getByText("The cart is right.").or(page.getByText("tally is not sure"));
    await verdict.waitFor({ timeout: receiptWithinMs });
    assert.match(await page.locator(".play-result").innerText(), /You took\s+1 × product p10/);
    await visitor.look("cabinet-play-verdict");
    await page.getByRole("button", { name: "Begin anew" }).click();
    await page.getByText("Nothing yet. What you take comes here.").waitFor();
    await shopper.leave();
  });

  await t.test("a forced door is said, and an agent that is gone too", async () => {
    await page.getByRole("button", { name: "Force it open" }).click();
    await page.getByText("Forced open").waitFor();
    await visitor.look("cabinet-forced");
    await page.getByRole("button", { name: "Close the door" }).click();
    await page.getByText("Forced open").waitFor({ state: "detached" });
    visitor.expect(/ERR_/);
    await made.stop();
    await page.getByText("agent does not answer", { exact: false }).waitFor();
    await visitor.leave();
  });
}
