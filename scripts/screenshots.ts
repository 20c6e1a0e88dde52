/*
 * Writes the pictures of a report and of a paper's page, for the READMEs and the home page: `npm run screenshots`. It compares losses on a
 * bundled table (five minutes of processor time), builds the site without API reference, and takes both in Chromium, light and at twice
 * their size.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { openBrowser } from "../test/support/browser.ts";

const bin = resolve("packages/cli/bin/minimand.js");
const pictures = resolve("docs/pictures");
const work = mkdtempSync(join(tmpdir(), "minimand-screenshots-"));
try {
  mkdirSync(pictures, { recursive: true });
  const browser = await openBrowser();
  try {
    await takeReport(browser);
    await takePaper(browser);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(work, { recursive: true });
}

/** The recommendation of a report, and how far each loss is from the baseline. */
async function takeReport(browser: Browser): Promise<void> {
  const losses = "score-oriented,hinge,comp-sum,mse,focal,mae";
  const options = ["--losses", losses, "--seeds", "3", "--out", "minimand-churn"];
  execFileSync(process.execPath, [bin, "compare", "churn", ...options], { cwd: work, stdio: "inherit" });
  const page = await openPage(browser, pathToFileURL(join(work, "minimand-churn/report.html")).href, 904);
  // Between them is what the figure shows as numbers.
  await page.addStyleTag({
    content:
      "main > section > :not(.advice, .verdicts, h3:first-of-type, figure:first-of-type) { display: none !important; }",
  });
  await take(page, page.locator("header"), page.locator("section > figure").first(), "report.png");
}

/** The head of a paper's page, and what decided its verdict. */
async function takePaper(browser: Browser): Promise<void> {
  const site = join(work, "site");
  const build = ["packages/site/src/build.ts", "--out", site, "--modules", "none"];
  execFileSync(process.execPath, ["--conditions=minimand-source", ...build], { stdio: "inherit" });
  const serving = spawn(process.execPath, [bin, "serve", "--site", site, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [address] = (await once(createInterface(serving.stdout), "line")) as [string];
    const page = await openPage(browser, `${address}papers/comp-sum.html`, 760);
    await take(page, page.locator("h1"), page.locator(".paper-figure").first(), "paper.png");
  } finally {
    serving.kill();
    await once(serving, "close");
  }
}

async function openPage(browser: Browser, address: string, width: number): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 1000 },
    deviceScaleFactor: 2,
    colorScheme: "light",
    reducedMotion: "reduce",
    // The report forbids styles from elsewhere.
    bypassCSP: true,
  });
  await page.goto(address, { waitUntil: "networkidle" });
  return page;
}

/** Takes what is between the top of one element and the bottom of another, and writes it in few colours. */
async function take(page: Page, from: Locator, to: Locator, name: string): Promise<void> {
  const [first, last] = [await from.boundingBox(), await to.boundingBox()];
  if (first === null || last === null)
    throw new Error(`${name}: expected what it shows on the page, got none`);
  const margin = 24;
  const [left, top] = [Math.min(first.x, last.x) - margin, first.y - margin].map((at) =>
    Math.max(0, Math.floor(at)),
  );
  const right = Math.max(first.x + first.width, last.x + last.width) + margin;
  const clip = {
    x: left,
    y: top,
    width: Math.ceil(right) - left,
    height: Math.ceil(last.y + last.height) + margin - top,
  };
  const taken = await page.screenshot({ clip, fullPage: true });
  await sharp(taken).png({ palette: true, colours: 64, effort: 10 }).toFile(join(pictures, name));
}
