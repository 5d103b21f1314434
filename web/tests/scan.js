// Scanning with the camera where the browser can't read codes itself, as on an iPhone: a film of the
// code on a cabinet's screen stands in for what the camera sees.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import encodeQR from "qr";
import { startBrowser, Visitor } from "./support/browser.js";

const width = 640;
const height = 480;
const dotPixels = 7; // A screen at arm's length.
const frames = 4; // Shown again and again.
const white = 235;
const black = 16;

// As YUV4MPEG2: the code in the middle of a grey picture, a little askew.
function film(text) {
  const dots = encodeQR(text, "raw", { border: 4 });
  const across = Math.round((width - dots.length * dotPixels) / 2);
  const down = Math.round((height - dots.length * dotPixels) / 2);
  const light = Buffer.alloc(width * height, 120);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      const askew = (y - height / 2) * 0.06;
      const row = dots[Math.floor((y - down) / dotPixels)];
      const dot = row?.[Math.floor((x + askew - across) / dotPixels)];
      if (dot !== undefined) light[y * width + x] = dot ? black : white;
    }
  }
  const colour = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, colour]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame)]);
}

export default async function scan(t, world) {
  await t.test("a code is read by the camera, where the browser has no reader of its own", async (at) => {
    const file = join(world.server.folder, "camera.y4m");
    const link = await world.cabinet.freshCode();
    writeFileSync(file, film(link));
    const browser = await startBrowser([
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${file}`,
    ]);
    try {
      const visitor = await Visitor.come(browser, { permissions: ["camera"] });
      visitor.expect(/status of 401/);
      const { page } = visitor;
      await page.addInitScript(() => delete globalThis.BarcodeDetector);
      const scripts = [];
      page.on("response", (answer) => {
        if (answer.request().resourceType() === "script") scripts.push(answer);
      });
      await page.goto(`${world.server.url}/wallet`);
      await page.locator("h1").waitFor();
      const before = scripts.length;
      await page.locator('a[href="/wallet/scan"]').click();
      await page.waitForURL(new RegExp(`${new URL(link).pathname}$`));
      await page.getByRole("heading", { name: world.cabinet.name }).waitFor();
      const late = scripts.slice(before);
      assert.ok(late.length > 0, "the reader came with the first page");
      const sizes = await Promise.all(late.map(async (one) => (await one.request().sizes()).responseBodySize));
      at.diagnostic(`the reader: ${sizes.reduce((sum, one) => sum + one, 0)} bytes of script`);
      await visitor.leave();
    } finally {
      await browser.close();
    }
  });

  await t.test("a camera that may not be used is said, and the link can be pasted", async () => {
    const browser = await startBrowser([
      "--use-fake-device-for-media-stream",
      "--deny-permission-prompts",
    ]);
    try {
      const visitor = await Visitor.come(browser);
      visitor.expect(/status of 401/);
      const { page } = visitor;
      await page.goto(`${world.server.url}/wallet/scan`);
      await page.getByText("The camera is not allowed.").waitFor();
      await visitor.look("wallet-scan-denied");
      const link = await world.cabinet.code();
      await page.getByLabel("Or paste the code").fill(link);
      await page.getByRole("button", { name: "Open" }).click();
      await page.waitForURL(new RegExp(`${new URL(link).pathname}$`));
      await visitor.leave();
    } finally {
      await browser.close();
    }
  });
}
