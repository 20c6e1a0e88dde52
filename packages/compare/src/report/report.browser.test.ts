import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inflateSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  acrossFixture,
  datasetFixture,
  type FixtureOptions,
  resultsFixture,
} from "../../../../test/results-fixture.ts";
import { noBrowser, openBrowser } from "../../../../test/support/browser.ts";
import { html, page, renderReport, table } from "./index.ts";

/** How many different bytes the picture of a PNG has: a blank one has a handful. */
function variety(png: Buffer): number {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return new Set(inflateSync(Buffer.concat(data))).size;
}

describe.skipIf(noBrowser !== "")(`the report in a browser${noBrowser}`, () => {
  let browser: Browser;
  let folder: string;
  let address: string;
  const letters = Array.from({ length: 26 }, (_, i) => `letter ${String.fromCharCode(65 + i)}`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "minimand-report-"));
    const results = resultsFixture(
      [
        datasetFixture(),
        datasetFixture({ name: "letters", task: "multiclass", classes: letters }),
        datasetFixture({ name: "boston", task: "regression", metric: "rmse", higherIsBetter: false }),
      ],
      acrossFixture(),
    );
    const file = join(folder, "report.html");
    await writeFile(file, renderReport(results, "out"));
    address = pathToFileURL(file).href;
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Opens the report and collects what it complains about and what it asks for. */
  async function open(colorScheme: "light" | "dark", width: number): Promise<{ page: Page; said: string[] }> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== address) said.push(request.url());
    });
    await page.goto(address);
    return { page, said };
  }

  it.each(["light", "dark"] as const)(
    "paints every figure in %s, without a complaint or a request",
    async (scheme) => {
      const { page, said } = await open(scheme, 1100);
      const figures = await page.locator("svg:visible").all();
      expect(figures.length).toBeGreaterThanOrEqual(18);
      for (const figure of figures) {
        const name = await figure.getAttribute("aria-label");
        const box = await figure.boundingBox();
        expect(box?.width, `${name}: width`).toBeGreaterThan(200);
        expect(variety(await figure.screenshot()), `${name}: painted`).toBeGreaterThan(40);
      }
      expect(said).toEqual([]);
      await page.close();
    },
  );

  it("follows the scheme of the reader in page and figures", async () => {
    const colors = async (scheme: "light" | "dark"): Promise<string[]> => {
      const { page } = await open(scheme, 1100);
      const found = await page.evaluate(() => {
        const tick = document.querySelector('.wide svg [aria-label="x-axis tick label"] text');
        const interval = document.querySelector(".wide svg .mm-interval line");
        if (tick === null || interval === null) return [];
        return [
          getComputedStyle(document.body).backgroundColor,
          getComputedStyle(tick).fill,
          getComputedStyle(interval).stroke,
        ];
      });
      await page.close();
      return found;
    };
    expect(await colors("light")).toEqual(["rgb(255, 255, 255)", "rgb(26, 31, 39)", "rgb(0, 105, 168)"]);
    expect(await colors("dark")).toEqual(["rgb(19, 23, 29)", "rgb(232, 235, 240)", "rgb(98, 181, 244)"]);
  });

  it.each([400, 768, 1600])(
    "has no sideways scroll at %i pixels, and figures of the right kind",
    async (width) => {
      const { page } = await open("light", width);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect((await page.locator(".narrow:visible").count()) > 0).toBe(width === 400);
      expect((await page.locator(".wide:visible").count()) > 0).toBe(width !== 400);
      // Text in a figure is never scaled below nine pixels.
      const smallest = await page.evaluate(() =>
        Math.min(
          ...[...document.querySelectorAll("svg")]
            .filter((svg) => svg.getBoundingClientRect().width > 0)
            .map((svg) => (12 * svg.getBoundingClientRect().width) / Number(svg.getAttribute("width"))),
        ),
      );
      expect(smallest).toBeGreaterThan(width === 400 ? 8 : 9);
      await page.close();
    },
  );

  it.each([
    [12, 1280, "beyond the text, whole"],
    [40, 1280, "as wide as the window, and scrolls"],
    [3, 1280, "as wide as the text"],
    [12, 390, "as wide as the text, and scrolls"],
  ])("has a table of %i columns at %i pixels %s", async (count, width, as) => {
    const heads = Array.from({ length: count }, (_, i) => ({ head: `quantity ${i}`, numeric: i > 0 }));
    const rows = [{ cells: heads.map((_, i) => (i === 0 ? "an arm" : "-0.12345")) }];
    const sections = html`<section><p>text</p>${table("Results", heads, rows)}</section>`;
    const texts = { title: "t", kind: "k", created: "2026-11-25T01:02:03.456Z", headline: "h" };
    const file = join(folder, "wide.html");
    await writeFile(file, page({ ...texts, lead: "", sections, footer: "" }));
    const opened = await browser.newPage({ viewport: { width, height: 900 } });
    await opened.goto(pathToFileURL(file).href);
    const found = await opened.evaluate(() => {
      const box = document.querySelector(".scroll")!;
      const { left, right } = box.getBoundingClientRect();
      const text = document.querySelector("section")!.getBoundingClientRect();
      return {
        page: document.documentElement.scrollWidth,
        inside: left >= 0 && right <= innerWidth,
        centred: Math.abs(left + right - text.left - text.right) <= 1,
        wider: right - left > text.width + 1,
        scrolls: box.scrollWidth > box.clientWidth,
      };
    });
    expect(found).toEqual({
      page: width,
      inside: true,
      centred: true,
      wider: !as.startsWith("as wide as the text"),
      scrolls: as.endsWith("scrolls"),
    });
    await opened.close();
  });

  it.each([390, 375])("shows verdicts whole on a telephone of %i pixels", async (width) => {
    const { page } = await open("light", width);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("td .chip, .verdicts .chip")]
        .filter((chip) => chip.offsetParent !== null)
        .map((chip) => ({
          text: chip.textContent,
          over:
            chip.getBoundingClientRect().right -
            (chip.closest(".scroll") ?? document.body).getBoundingClientRect().right,
        }))
        .filter(({ over }) => over > 0),
    );
    expect(cut).toEqual([]);
    await page.close();
  });

  it("shows the table in the order that is chosen, without a script", async () => {
    const { page } = await open("light", 1100);
    const chosen = page.locator(".sorted").first();
    const first = () => chosen.locator(".order:visible tbody tr:first-child th").allTextContents();
    const before = await first();
    expect(before).toHaveLength(1);
    await chosen.locator("label").nth(1).click();
    const after = await first();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    await page.close();
  });

  it("leaves on paper what is read, in the colours of a light page", async () => {
    const { page } = await open("dark", 1100);
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
    expect(await page.locator("details:visible, .screen:visible, input:visible").count()).toBe(0);
    expect(await page.locator(".advice:visible, .order:visible, .paper:visible").count()).toBeGreaterThan(4);
    // The width of A4 between usual margins: what would scroll on a screen would be cut off here.
    await page.setViewportSize({ width: 718, height: 1000 });
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll(".scroll > table")]
        .filter((table) => table.getBoundingClientRect().right > 719)
        .map((table) => table.getAttribute("aria-label")),
    );
    expect(cut).toEqual([]);
    await page.close();
  });

  it.each([
    ["two classes", {}],
    ["26 classes", { task: "multiclass", classes: letters }],
    ["a regression", { task: "regression", metric: "rmse", higherIsBetter: false }],
  ] satisfies [string, FixtureOptions][])(
    "is six pages of A4 at most, of %s with all finalists",
    async (name, options) => {
      const file = join(folder, `${name}.html`);
      await writeFile(file, renderReport(resultsFixture([datasetFixture(options)]), "out"));
      const page = await browser.newPage();
      await page.goto(pathToFileURL(file).href);
      const pages = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
      expect(pages.length).toBeGreaterThanOrEqual(4);
      expect(pages.length).toBeLessThanOrEqual(6);
      await page.close();
    },
  );
});
