// Debian's Chromium, one for all tests, and pages that fail on console errors and on what axe finds.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root } from "./server.js";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = join(root, "build/web/screenshots");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

// A machine on which other work runs is slow; what never comes is told late, but is told.
const actionWithinMs = 30000;
export const receiptWithinMs = 240000;

export const phone = { width: 390, height: 844 };
export const desk = { width: 1440, height: 900 };

// `more`: of Chromium's own switches.
export async function startBrowser(more = []) {
  mkdirSync(shots, { recursive: true });
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      ...more,
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

// A person with a browser of their own: cookies and storage are nobody else's.
export class Visitor {
  constructor(context, page) {
    Object.assign(this, { context, errors: [], expected: [] });
    this.turnTo(page);
  }

  // Another page of the same browser.
  turnTo(page) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      this.errors.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
  }

  // `more`: of Playwright's own options for a context.
  static async come(browser, { viewport = phone, locale = "en-GB", scheme = "light", ...more } = {}) {
    const context = await browser.newContext({ viewport, locale, colorScheme: scheme, ...more });
    context.setDefaultTimeout(actionWithinMs);
    return new Visitor(context, await context.newPage());
  }

  // The browser itself logs answers of 4xx and connections that fail; a test that brings them about
  // names them.
  expect(...patterns) {
    this.expected.push(...patterns);
  }

  // No violation of WCAG 2.1 AA on the page as it stands.
  async accessible(name) {
    await this.page.evaluate(axeSource);
    const { violations } = await this.page.evaluate(
      (only) => globalThis.axe.run(document, { runOnly: only, resultTypes: ["violations"] }),
      tags,
    );
    const told = violations.flatMap((one) =>
      one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`),
    );
    assert.deepEqual(told, [], `axe on ${name}`);
  }

  // Looked at in both widths and both lights, by axe and by whoever opens build/web/screenshots.
  async look(name, options = {}) {
    const { widths = [phone, desk], schemes = ["light", "dark"], full = true, axe = true } = options;
    const { page } = this;
    const before = page.viewportSize();
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const viewport of widths) {
        await page.setViewportSize(viewport);
        const path = join(shots, `${name}-${viewport.width}-${scheme}.png`);
        await page.screenshot({ path, fullPage: full, animations: "disabled" });
        const { scrollWidth, clientWidth } = await page.evaluate(() => ({
          scrollWidth: document.documentElement.scrollWidth,
          clientWidth: document.documentElement.clientWidth,
        }));
        assert.ok(scrollWidth <= clientWidth, `${name} is wider than ${viewport.width} px`);
      }
      if (axe) await this.accessible(`${name} (${scheme})`);
    }
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
    await page.setViewportSize(before);
  }

  async leave() {
    const told = this.errors.filter((error) => !this.expected.some((one) => one.test(error)));
    await this.context.close();
    assert.deepEqual(told, [], "errors on the console");
  }
}
