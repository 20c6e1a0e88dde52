import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeCompiler } from "@minimand/native";
import Papa from "papaparse";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser, serve } from "../../../test/support/browser.ts";
import { minimand, sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { watch } from "../../../test/support/quiet.ts";

/* The programs of docs/export.md, as they stand there. */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = temporaryFolder();
const text = readFileSync(join(root, "docs/export.md"), "utf8");
const program = (language: string, place = 0): string =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))][place]?.[1] ?? "";

let labels: string[] = [];
let probabilities: number[] = [];

beforeAll(async () => {
  writeFileSync(join(folder, "a.csv"), sampleCsv());
  await minimand(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o"], { cwd: folder });
  writeFileSync(join(folder, "model.onnx"), readFileSync(join(folder, "o/model/model.onnx")));
  const { stdout } = await minimand(["predict", "o", "-"], {
    cwd: folder,
    stdin: "size,weight,kind\n1.9,-31.5,red\n-0.4,,blue\n",
  });
  const { data } = Papa.parse<Record<string, string>>(stdout, { header: true, skipEmptyLines: true });
  labels = data.map(({ prediction }) => prediction);
  probabilities = data.flatMap((row) => [Number(row["probability no"]), Number(row["probability yes"])]);
});

function expectPredicted(printed: string): void {
  const [names, shares] = JSON.parse(printed) as [string[], number[]];
  expect(labels).toHaveLength(2);
  expect(names).toEqual(labels);
  expect(shares).toHaveLength(4);
  for (const [i, share] of shares.entries()) expect(share).toBeCloseTo(probabilities[i], 5);
}

/** Runs a program beside the packages that it imports, in the folder of the model, where it leaves all that it writes. */
function run(source: string, extension: string): string {
  const file = join(import.meta.dirname, `export-docs-${process.pid}.${extension}`);
  writeFileSync(file, source);
  try {
    const { left, stdout, stderr } = watch([file], { cwd: folder });
    expect({ left, stderr }).toEqual({ left: [], stderr: "" });
    return stdout;
  } finally {
    rmSync(file);
  }
}

const runtime = await nativeCompiler().then(
  () => "",
  (error: Error) => ` (skipped: ${error.message})`,
);

describe.skipIf(runtime !== "")(`the programs for Node in docs/export.md${runtime}`, () => {
  it("predict what minimand predicts", () => expectPredicted(run(program("js"), "mjs")));

  it("export a network that gives the same numbers", () => {
    const [ours, theirs] = JSON.parse(run(program("ts"), "ts")) as [number[], number[][]];
    expect(ours).toHaveLength(4);
    for (const [i, value] of theirs.flat().entries()) expect(ours[i]).toBeCloseTo(value, 5);
    expect(existsSync(join(folder, "network.onnx"))).toBe(true);
  });

  it("write a network in fewer bits", () => {
    expect(run(program("ts", 1), "ts")).toBe("[ 1, 2 ] true\n");
  });
});

describe.skipIf(noBrowser !== "")(`the page in docs/export.md${noBrowser}`, () => {
  let server: Server;
  let address = "";
  const types: Record<string, string> = { ".mjs": "text/javascript", ".wasm": "application/wasm" };

  beforeAll(async () => {
    ({ server, address } = await serve((path) => {
      const file = join(path === "/model.onnx" ? folder : root, path);
      if (path === "/") return { content: program("html"), type: "text/html" };
      return existsSync(file) ? { content: readFileSync(file), type: types[extname(path)] } : null;
    }));
  });
  afterAll(() => server?.close());

  it("predicts what minimand predicts", async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(address);
      await page.waitForFunction(() => document.querySelector("output")?.textContent !== "", null, {
        timeout: 30_000,
      });
      expect(errors).toEqual([]);
      expectPredicted((await page.textContent("output")) ?? "");
    } finally {
      await browser.close();
    }
  });
});
