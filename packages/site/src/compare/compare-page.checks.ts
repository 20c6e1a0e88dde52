/* What is checked of the page that compares, in the browser and on the built site that all tests of the site share. */

import { readFileSync } from "node:fs";
import { type Results, readTable } from "@minimand/compare";
import { dataFile } from "@minimand/data";
import type { Download, Page } from "playwright-core";
import { expect, it } from "vitest";
import { openOnnx } from "../../../cli/src/models/onnx-model.ts";

/** What the tests of the site have. */
export interface Site {
  /** Opens a page, and collects what it complains about, what it asks of others, and the scripts that it loads. */
  open(path: string): Promise<{ page: Page; said: string[]; scripts: Set<string> }>;
  /** What axe finds on a page. */
  faultsOf(page: Page): Promise<string[]>;
}

const slow = { timeout: 120_000 };
const iris = readFileSync(dataFile("iris.csv.gz"));

/** Few and short trials of one worker. */
async function askLittle(page: Page, losses: readonly string[] = []): Promise<void> {
  await page.getByLabel("Folds", { exact: true }).fill("2");
  await page.getByLabel("Seeds").fill("1");
  await page.getByLabel("Workers").fill("1");
  await page.getByText("Losses and references").click();
  await page.getByRole("button", { name: "Only those always included" }).click();
  for (const loss of losses) await page.getByLabel(loss).check();
  await page.getByLabel("gradient-boosted trees").uncheck();
  await page.getByText("More", { exact: true }).click();
  await page.getByLabel("Maximum number of epochs").fill("2");
}

async function download(page: Page, name: string): Promise<Download> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: new RegExp(`${name}$`) }).click(),
  ]);
  expect(file.suggestedFilename()).toBe(name);
  return file;
}

const textOf = async (file: Download): Promise<string> => readFileSync(await file.path(), "utf8");

/** Lets a file fall where files are taken. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    (given) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([given.text], given.name));
      return transfer;
    },
    { name, text },
  );
  await page.dispatchEvent(".drop", "drop", { dataTransfer });
}

/** Runs the tests of the page that compares. */
export function checkComparePage(site: () => Site): void {
  it("compares a bundled set by what it loads for it, and gives a report and a model that predicts as the page does", async () => {
    const { page, said, scripts } = await site().open("compare.html");
    expect([...scripts].filter((path) => /worker|training|backend/.test(path))).toEqual([]);
    page.on("request", (request) => {
      if (request.method() !== "GET") said.push(`${request.method()} ${request.url()}`);
    });
    await page.getByLabel("Or a data set that comes with the project").selectOption("iris");
    await page.getByRole("button", { name: "Use this data set" }).click();
    await page.getByText("150 rows, 5 columns").waitFor(slow);
    // The network is large for so few rows, of which its note speaks in the command's words.
    await page.getByText("--hidden and --model are available only on the command line").waitFor(slow);
    await askLittle(page);
    await expect
      .poll(() => page.locator(".command code").textContent(), slow)
      .toMatch(/^npx minimand compare iris\.csv\.gz --target target .*--folds 2/);
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.locator("iframe.report").waitFor(slow);
    expect(await page.locator("#finished").evaluate((node) => node === document.activeElement)).toBe(true);

    const results = JSON.parse(await textOf(await download(page, "results.json"))) as Results;
    const [{ ranking }] = results.datasets;
    expect(await page.locator(".summary").textContent()).toBe(ranking.summary);
    const report = await textOf(await download(page, "report.html"));
    expect(await page.locator("iframe.report").getAttribute("srcdoc")).toBe(report);
    const frame = page.frameLocator("iframe.report");
    await frame.getByRole("heading", { level: 1, name: ranking.summary }).waitFor(slow);
    expect(await faultsIn(page)).toEqual([]);

    await page.setInputFiles("#file-rows", { name: "new.csv.gz", mimeType: "", buffer: iris });
    const [head, ...rows] = (await textOf(await download(page, "predictions.csv"))).trim().split("\n");
    const { predict, description } = await openOnnx(await (await download(page, "model.onnx")).path());
    const own = await predict(await readTable(new Uint8Array(iris), { name: "iris.csv.gz" }));
    expect(head).toBe(["prediction", ...description.classes.map((name) => `probability ${name}`)].join());
    expect(rows.map((row) => row.split(",")[0])).toEqual(
      Array.from(own.prediction.predicted, (k) => description.classes[k]),
    );
    const shares = rows.flatMap((row) => row.split(",").slice(1).map(Number));
    expect(shares).toHaveLength(own.prediction.probabilities.length);
    for (const [i, share] of shares.entries()) expect(share).toBeCloseTo(own.prediction.probabilities[i], 5);
    expect(said).toEqual([]);
    await page.close();
  });

  it("shows what stands in a hostile file as text, and goes on after a reload where it stood", async () => {
    const { page, said } = await site().open("compare.html");
    const names = ['<img src=x onerror="hacked=1">', "{{ hacked = 2 }}", "twice", "twice", "<b>class</b>"];
    const classes = ["<script>hacked=3</script>", "'; --"];
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const rows = Array.from({ length: 90 }, (_, i) => [
      ...[i % 7, Math.sin(i), i % 3, i % 5].map(String),
      cell(classes[i % 2]),
    ]);
    const file = [names.map(cell), ...rows].map((row) => row.join()).join("\n");
    await drop(page, "<i>hostile</i>.csv", file);
    await page.getByLabel("Column to predict").selectOption("<b>class</b>", slow);
    await askLittle(page, ["Focal"]);
    await page.getByText(/at most \d+ trials/).waitFor(slow);
    for (const text of ["<i>hostile</i>.csv", names[0], names[1]])
      expect(await page.locator("main").textContent()).toContain(text);
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await expect.poll(() => page.locator(".progress-text").textContent(), slow).toMatch(/^([2-9]|\d\d+) of /);
    await page.reload();
    const list = page.locator(".kept");
    await expect.poll(() => list.textContent(), slow).toMatch(/[1-9]\d* of \d+ trials/);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator("iframe.report").waitFor(slow);
    await page.frameLocator("iframe.report").getByText("<b>class</b>").first().waitFor(slow);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);

    await page.reload();
    await page.getByRole("button", { name: "Open" }).click();
    await page.locator("iframe.report").waitFor(slow);
    await page.getByRole("button", { name: /^Remove/ }).click();
    await page.getByRole("button", { name: /^Remove permanently/ }).click();
    await expect.poll(() => list.count(), slow).toBe(0);
    expect(await page.locator("#choose").textContent()).toBe("Choose a table");
    expect(said).toEqual([]);
    await page.close();
  });

  it("merges labels and reads columns by the types that are asked for", async () => {
    const { page, said } = await site().open("compare.html");
    const row = (i: number): string =>
      [Math.sin(i), i % 20 === 7 ? "on request" : 10 + (i % 9), ["Yes", "YES", "no"][i % 3]].join();
    await drop(page, "dirty.csv", ["x,price,y", ...Array.from({ length: 60 }, (_, i) => row(i))].join("\n"));
    await page.getByLabel("Column to predict").selectOption("y", slow);
    const main = (): Promise<string | null> => page.locator("main").textContent();
    await expect.poll(main, slow).toMatch(/multiclass[^.]*3 classes/);
    await expect.poll(main, slow).toContain("--types price=text");
    await page.getByText("More", { exact: true }).click();
    await page.getByLabel(/^Merge labels/).check();
    await expect.poll(main, slow).toMatch(/binary[^.]*2 classes/);
    const types = page.getByLabel(/^Types of columns/);
    await types.fill("price=text");
    await types.blur();
    const command = (): Promise<string | null> => page.locator(".command code").textContent();
    await expect.poll(command, slow).toContain("--types price=text");
    await expect.poll(command, slow).toContain("--merge-labels");
    expect(said).toEqual([]);
    await page.close();
  });

  it("says in one sentence what is wrong with a file, and takes the next", async () => {
    const { page, said } = await site().open("compare.html");
    const wide = (row: number): string => Array.from({ length: 10_000 }, (_, i) => row * i).join();
    const faulty: [name: string, content: string | Buffer, fault: RegExp][] = [
      ["empty.csv", "", /^empty\.csv: expected a table, got an empty file$/],
      ["picture.csv", readFileSync(dataFile("iris.csv.gz")).subarray(0, 40), /./],
      ["wide.csv", `${wide(1)}\n${wide(2)}\n${wide(3)}`, /^wide\.csv: .*expected .+/],
    ];
    for (const [name, content, fault] of faulty) {
      await page.setInputFiles("#file-table", { name, mimeType: "", buffer: Buffer.from(content) });
      await expect.poll(() => page.locator(".fault").textContent(), slow).toMatch(fault);
    }
    expect(said).toEqual([]);
    await page.close();
  });

  const faultsIn = (page: Page): Promise<string[]> => site().faultsOf(page);
}
