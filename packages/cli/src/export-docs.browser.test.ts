import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeCompiler } from "@minimand/native";
import Papa from "papaparse";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { minimand, sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";
import { watch } from "../../../test/support/quiet.ts";

/* The programs of docs/export.md, as they stand there. */

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = temporaryFolder();
const text = readFileSync(join(root, "docs/export.md"), "utf8");
const program = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? "";

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
});

const executablePath = "/usr/bin/chromium";
const noBrowser = existsSync(executablePath) ? "" : ` (skipped: there is no ${executablePath})`;

describe.skipIf(noBrowser !== "")(`the page in docs/export.md${noBrowser}`, () => {
  let server: Server;
  let address = "";
  const types: Record<string, string> = { ".mjs": "text/javascript", ".wasm": "application/wasm" };

  beforeAll(async () => {
    server = createServer(({ url = "/" }, response) => {
      const path = url === "/model.onnx" ? join(folder, url) : join(root, url);
      const content = url === "/" ? program("html") : existsSync(path) ? readFileSync(path) : null;
      response.writeHead(content === null ? 404 : 200, {
        "content-type": types[extname(url)] ?? "text/html",
      });
      response.end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server?.close());

  it("predicts what minimand predicts", async () => {
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
