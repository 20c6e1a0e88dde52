import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileWithJit } from "minimand/engine";
import { startEngine } from "minimand/start";
import { describe, expect, it } from "vitest";
import { noBrowser, openBrowser, serve } from "../../../../test/support/browser.ts";
import { pageWithWorker } from "../../../../test/support/page-with-worker.ts";
import { loadReproduction, papersData, type ReproductionFile, timedTrial } from "../index.ts";
import { reproduceQuick, slug } from "./quick-paper.fixture.ts";

const dataFolder = new URL("../../../../data/", import.meta.url);
const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The bytes of a bundled file; null where it isn't there. */
function dataAt(name: string): Uint8Array | null {
  const url = new URL(name, dataFolder);
  return existsSync(url) ? new Uint8Array(readFileSync(url)) : null;
}

/** The same in this process, with nothing kept. */
async function reproduceHere(): Promise<ReproductionFile> {
  await startEngine();
  const reproduction = await loadReproduction(slug);
  const find = async (names: readonly string[]) => {
    const name = names.find((one) => dataAt(one) !== null);
    return name === undefined ? null : { name, bytes: async () => dataAt(name)! };
  };
  const data = papersData(find, reproduction.card.data, "");
  const host = { ...data, compile: compileWithJit };
  return reproduceQuick({
    data,
    asset: () => Promise.reject(new Error("no asset")),
    store: { get: async () => null, put: async () => {}, doubts: () => null },
    pool: () => ({ run: (spec) => timedTrial(reproduction, spec, host), destroy: async () => {} }),
  });
}

describe.skipIf(noBrowser !== "")(`a reproduction in a page${noBrowser}`, () => {
  it("goes on after a reload in the middle, and gives the numbers of Node", async () => {
    const site = await pageWithWorker(source("page.fixture.ts"), source("worker.fixture.ts"));
    const { server, address } = await serve((path) => {
      if (!path.startsWith("/data/")) return site.fileAt(path);
      const content = dataAt(path.slice("/data/".length));
      return content && { content, type: "application/gzip" };
    });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${address}?most=2`);
      await page.waitForFunction("globalThis.stored === 2 || globalThis.failed", null, { timeout: 120_000 });
      await page.goto(address);
      await page.waitForFunction("globalThis.done ?? globalThis.failed", null, { timeout: 120_000 });
      expect(await page.evaluate("globalThis.failed")).toBeUndefined();
      const found = (await page.evaluate("globalThis.done")) as ReproductionFile;
      const here = await reproduceHere();
      const { rows, series, verdict, because, data } = here;
      expect(found).toMatchObject({ rows, series, verdict, because, data });
      expect(found.trials).toMatchObject({ kept: 2, total: here.trials.total });
      expect(here.trials.total).toBeGreaterThan(4);
      expect(site.said).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
