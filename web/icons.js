// Draws public/icons/*.png anew from tally.svg, in Debian's Chromium: node icons.js
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const folder = fileURLToPath(new URL("public/icons/", import.meta.url));
const svg = readFileSync(`${folder}tally.svg`, "utf8");
// Launchers cut maskable icons round: their ground is all of it, and the mark smaller.
const maskable = svg.replace('rx="8"', "").replace('viewBox="0 0 32 32"', 'viewBox="-5 -5 42 42"');

const pictures = [
  { name: "tally-180", size: 180, source: svg.replace('rx="8"', "") },
  { name: "tally-192", size: 192, source: svg },
  { name: "tally-512", size: 512, source: svg },
  { name: "tally-maskable-512", size: 512, source: maskable },
];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
for (const { name, size, source } of pictures) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const ground = name.includes("maskable") ? "#0a6b4d" : "transparent";
  const style = `<style>body{margin:0;background:${ground}}svg{display:block;width:100vw}</style>`;
  await page.setContent(style + source);
  writeFileSync(`${folder}${name}.png`, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
