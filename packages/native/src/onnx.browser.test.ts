import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser } from "../../../test/support/browser.ts";
import { bundle } from "../../../test/support/bundle.ts";
import { samples } from "./onnx-page.fixture.ts";
import { trained } from "./web-training.fixture.ts";

const file = (name: string): string => join(import.meta.dirname, name);

describe("the entry that only writes", () => {
  it("bundles for a page without a warning, and nothing in it imports a module of Node", async () => {
    const { said, builtins, files } = await bundle(file("onnx.ts"));
    expect({ said, builtins }).toEqual({ said: [], builtins: [] });
    const own = files
      .map((path) => relative(import.meta.dirname, path))
      .filter((path) => !path.startsWith(".."));
    expect(own).toContain(join("export", "to-onnx.ts"));
    expect(own.filter((path) => path.startsWith("runtime"))).toEqual([]);
  });

  it("is what of the package does so: the main entry asks Node for a runtime", async () => {
    const { builtins } = await bundle(file("index.ts"));
    expect(builtins).toContain("node:module");
  });
});

const runtime = fileURLToPath(new URL("../../../node_modules/onnxruntime-web/dist", import.meta.url));

describe.skipIf(noBrowser !== "")(`a page${noBrowser}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  /** What an expression gives in a page that has a bundled module as `module`. */
  async function inPage<T>(input: string, expression: string): Promise<T> {
    const { code, said } = await bundle(file(input));
    expect(said).toEqual([]);
    const page = await browser.newPage();
    const site = "http://page.test";
    await page.route(`${site}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === "") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
      const javascript = { contentType: "text/javascript" };
      if (name === "module.js") return route.fulfill({ ...javascript, body: code });
      const type = name.endsWith(".wasm") ? { contentType: "application/wasm" } : javascript;
      return route.fulfill({ ...type, body: readFileSync(join(runtime, name)) });
    });
    await page.goto(`${site}/`);
    // As a text, since the test runner rewrites the imports of functions.
    const value = await page.evaluate(`import("/module.js").then(async (module) => (${expression}))`);
    await page.close();
    return value as T;
  }
  const asNumbers = (files: Record<string, Uint8Array>): [string, number[]][] =>
    Object.entries(files).map(([name, bytes]) => [name, [...bytes]]);

  it("writes the files that Node writes, to the last byte", async () => {
    const { files, info } = await samples();
    const given = await inPage(
      "onnx-page.fixture.ts",
      "await module.samples().then(({ files, info }) => [info, Object.entries(files).map(([name, bytes]) => [name, [...bytes]])])",
    );
    expect(given).toEqual([info, asNumbers(files)]);
  });

  it("trains in a runtime that answers later, to the numbers of the engine", async () => {
    const expected = await trained();
    const given = await inPage<number[]>(
      "web-training.fixture.ts",
      'await module.trained(await import("/ort.wasm.bundle.min.mjs"))',
    );
    expect(given).toHaveLength(expected.length);
    for (const [i, number] of given.entries()) expect(Math.abs(number - expected[i])).toBeLessThan(1e-4);
  });
});
