import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { dataFile } from "@minimand/data";
import { startEngine } from "minimand/start";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser, serve } from "../../../../../test/support/browser.ts";
import { pageWithWorker } from "../../../../../test/support/page-with-worker.ts";
import type { PredictedTrial } from "../../results.ts";
import { makeJobRunner } from "../../run/index.ts";
import { compareSmall } from "./small-comparison.fixture.ts";

type Done = Awaited<ReturnType<typeof compareSmall>>;

const bytes = readFileSync(dataFile("iris.csv.gz"));
const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The same in this process, one trial after the other. */
async function compareHere(): Promise<Done> {
  await startEngine();
  const kept = new Map<string, PredictedTrial[]>();
  return compareSmall(new Uint8Array(bytes), {
    store: {
      get: async (key) => kept.get(JSON.stringify(key)) ?? null,
      put: async (key, records) => void kept.set(JSON.stringify(key), records),
      doubts: () => null,
    },
    poolOf: (data) => ({ run: makeJobRunner(data, {}), destroy: async () => {} }),
    workers: 1,
  });
}

/** Without times, as it comes through JSON: all numbers, and the text with places for them. */
function partsOf({ results }: Done): { text: string; numbers: number[] } {
  const numbers: number[] = [];
  const text = JSON.stringify(results, (name, value) => {
    if (name === "seconds" || name === "created") return undefined;
    if (typeof value !== "number") return value;
    numbers.push(value);
    return "#";
  });
  return { text, numbers };
}

/** Logarithms and exponentials of two versions of V8 may differ in their last bit. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));

describe.skipIf(noBrowser !== "")(`a comparison in a page${noBrowser}`, () => {
  let browser: Browser;
  let server: Server;
  let address = "";
  let page: Page;
  let said: string[] = [];

  beforeAll(async () => {
    const site = await pageWithWorker(source("page.fixture.ts"), source("worker.fixture.ts"));
    said = site.said;
    ({ server, address } = await serve((path) =>
      path === "/iris.csv.gz" ? { content: bytes, type: "application/gzip" } : site.fileAt(path),
    ));
    browser = await openBrowser();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  const inPage = async (): Promise<Done> => {
    await page.waitForFunction("globalThis.done ?? globalThis.failed", null, { timeout: 120_000 });
    expect(await page.evaluate("globalThis.failed")).toBeUndefined();
    return (await page.evaluate("globalThis.done")) as Done;
  };

  it("goes on after a reload in the middle, and gives the numbers of Node", async () => {
    await page.goto(`${address}?most=3`);
    await page.waitForFunction("globalThis.stored === 3 || globalThis.failed", null, { timeout: 120_000 });
    await page.goto(address);
    const found = await inPage();
    const here = await compareHere();
    const [own, expected] = [partsOf(found), partsOf(here)];
    expect(own.text).toBe(expected.text);
    expect(own.numbers.filter((value, i) => !isClose(value, expected.numbers[i]))).toEqual([]);
    expect(found.ran).toBe(here.ran - 3);
    expect(here.ran).toBeGreaterThan(6);
  });

  it("runs nothing where all is there, and a damaged trial again", async () => {
    await page.reload();
    expect((await inPage()).ran).toBe(0);
    await page.evaluate(`new Promise((resolve, reject) => {
      const opening = indexedDB.open("comparison", 1);
      opening.onsuccess = () => {
        const writing = opening.result.transaction("trials", "readwrite");
        const trials = writing.objectStore("trials");
        trials.openCursor().onsuccess = ({ target: { result: cursor } }) =>
          cursor.update({ ...cursor.value, sha256: "0".repeat(64) });
        writing.oncomplete = resolve;
        writing.onabort = reject;
      };
    })`);
    await page.reload();
    const { ran, said: words } = await inPage();
    expect(ran).toBe(1);
    expect(words).toEqual(["1 kept trial is damaged, or of a version that wrote no checksums: run again"]);
  });

  it("tells of a worker whose module isn't there", async () => {
    await page.evaluate("indexedDB.deleteDatabase('comparison')");
    await page.route("**/worker.js", (route) => route.fulfill({ status: 404 }));
    await page.reload();
    await page.waitForFunction("globalThis.done ?? globalThis.failed", null, { timeout: 120_000 });
    expect(await page.evaluate("globalThis.failed")).toContain("a worker of the page failed");
  });

  it("bundles for a page without a warning", () => {
    expect(said).toEqual([]);
  });
});
