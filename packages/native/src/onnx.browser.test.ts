import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { chromium } from "playwright-core";
import { describe, expect, it } from "vitest";
import { bundle } from "../../../test/support/bundle.ts";
import { samples } from "./onnx-page.fixture.ts";

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

const executablePath = "/usr/bin/chromium";
const noBrowser = existsSync(executablePath) ? "" : ` (skipped: there is no ${executablePath})`;

describe.skipIf(noBrowser !== "")(`a page${noBrowser}`, () => {
  it("writes the files that Node writes, to the last byte", async () => {
    const { code, said } = await bundle(file("onnx-page.fixture.ts"));
    expect(said).toEqual([]);
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
    });
    try {
      const page = await browser.newPage();
      // As a text, since the test runner rewrites the imports of functions.
      const inPage = await page.evaluate(`(async () => {
        const source = new Blob([${JSON.stringify(code)}], { type: "text/javascript" });
        const { samples } = await import(URL.createObjectURL(source));
        const { files, info } = await samples();
        return { info, files: Object.entries(files).map(([name, bytes]) => [name, [...bytes]]) };
      })()`);
      const { files, info } = await samples();
      expect(inPage).toEqual({
        info,
        files: Object.entries(files).map(([name, bytes]) => [name, [...bytes]]),
      });
    } finally {
      await browser.close();
    }
  });
});
