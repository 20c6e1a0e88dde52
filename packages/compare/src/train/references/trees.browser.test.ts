import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { noBrowser, openBrowser, serve } from "../../../../../test/support/browser.ts";
import { bundle } from "../../../../../test/support/bundle.ts";
import { predictTrees } from "./predict-trees.ts";
import { trainTrees } from "./trees.ts";
import { writeTrees } from "./trees-file.ts";

const x = Float64Array.from({ length: 100 }, (_, i) => Math.fround(Math.sin(i * i)));
const wave = Array.from(x);
const labels = wave.map((v, i) => (i % 9 === 0 ? 1 : Number(v > 0)));
const options = { models: 1, seed: 1 };

describe.skipIf(noBrowser !== "")(`trees in a page${noBrowser}`, () => {
  it("are those of Node, trained there or read from a file, where the page serves the library's wasm", async () => {
    const { code } = await bundle(fileURLToPath(new URL("index.ts", import.meta.url)));
    const wasm = readFileSync(fileURLToPath(import.meta.resolve("ydf-training")).replace(/js$/, "wasm"));
    const examples = { task: "binary", classes: 2, columns: [x], targets: new Float64Array(0) } as const;
    const trees = await trainTrees({ ...examples, labels: Int32Array.from(labels) }, options);
    const script = `
      import { predictTrees, readTrees, trainTrees } from "./bundle.js";
      const columns = [Float64Array.from(${JSON.stringify(wave)})];
      const labels = Int32Array.from(${JSON.stringify(labels)});
      const examples = { task: "binary", classes: 2, columns, labels, targets: new Float64Array(0) };
      const kept = readTrees(new Uint8Array(await (await fetch("/model.trees")).arrayBuffer()), "model.trees");
      const found = [];
      for (const trees of [await trainTrees(examples, ${JSON.stringify(options)}), kept])
        found.push([...(await predictTrees(trees, columns, labels.length)).probabilities]);
      globalThis.found = found;`;
    const { server, address } = await serve((path) => {
      if (path === "/") return { content: `<script type="module">${script}</script>`, type: "text/html" };
      if (path === "/bundle.js") return { content: code, type: "text/javascript" };
      if (path === "/model.trees") return { content: writeTrees(trees), type: "application/octet-stream" };
      return path === "/training.wasm" ? { content: wasm, type: "application/wasm" } : null;
    });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(address);
      await page.waitForFunction("globalThis.found");
      const found = (await page.evaluate("globalThis.found")) as number[][];
      const here = [...(await predictTrees(trees, [x], 100)).probabilities];
      expect(found).toEqual([here, here]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
