import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "@minimand/compare";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noBrowser, openBrowser, type Served, serve } from "../../../../../test/support/browser.ts";
import { everythingIn, minimand, temporaryFolder } from "../../../../../test/support/cli.ts";
import { pageWithWorker } from "../../../../../test/support/page-with-worker.ts";
import type {
  AskedOptions,
  ComparisonEvent,
  FileRead,
  FinishedComparison,
  KeptComparison,
  Look,
} from "./index.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const library = here("../../../../../node_modules/ydf-training/dist/training.wasm");

/** Rows with numbers, categories and missing values; the second half of the file is tested on. */
function rowsOf(count: number, from = 0): string {
  const rows = Array.from({ length: count }, (_, k) => {
    const i = k + from;
    const size = Math.sin(i * i).toFixed(3);
    const kind = i % 9 === 4 ? "" : ["red", "green", "<b>blue</b>"][i % 3];
    return [size, kind, Math.cos(3 * i).toFixed(3), Number(size) + (i % 3) > 0.8 ? "yes" : "no"].join(",");
  });
  return `size,kind,other,y\n${rows.join("\n")}\n`;
}

const files: Record<string, string> = {
  "/train.csv": rowsOf(90),
  "/later.csv": rowsOf(40, 90),
};
const small: AskedOptions = {
  target: "y",
  losses: ["focal"],
  hidden: [4],
  seeds: 1,
  configurations: 1,
  maxEpochs: 2,
  folds: 2,
};
const typed = (...more: string[]): string[] => [
  ...["compare", "train.csv", "--target", "y", "--losses", "focal", "--hidden", "4", "--seeds", "1"],
  ...["--configurations", "1", "--max-epochs", "2", "--folds", "2", ...more],
];

/** What the page's functions give. */
interface Told {
  events: ComparisonEvent[];
  finished: Omit<FinishedComparison, "files"> & { files: Record<string, string> };
  failed?: { name: string; message: string };
}

/** Without times and what it ran in. */
function timeless(results: Results): { text: string; numbers: number[] } {
  const numbers: number[] = [];
  const text = JSON.stringify(results, (name, value) => {
    if (name === "seconds" || name === "created" || name === "node") return undefined;
    if (typeof value !== "number") return value;
    numbers.push(value);
    return "#";
  });
  return { text, numbers };
}

/** Logarithms and exponentials of two versions of V8 may differ in their last bit. */
const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-11 * Math.max(1, Math.abs(b));

/** The page without times and what it ran in: its text with places for numbers, and these. */
function timelessPage(html: string): { text: string; numbers: number[] } {
  const numbers: number[] = [];
  const text = html
    .replaceAll(/<time datetime="[^"]*">[^<]*<\/time>/g, "")
    .replaceAll(
      /<tr class=""><th scope="row">(created|node|computing time of all trials)<\/th>.*<\/tr>\n/g,
      "",
    )
    .replaceAll(/\b\d+(\.\d+)? (s|min|h)\b/g, "TIME")
    .replaceAll(/-?\d+\.\d{6,}/g, (number) => {
      numbers.push(Number(number));
      return "#";
    });
  return { text, numbers };
}

/** What workers of the site may do: nothing is made of texts. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";

describe.skipIf(noBrowser !== "")(`a comparison in a page, from the bytes of a file${noBrowser}`, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let server: Server;
  let page: Page;
  let address = "";
  let said: string[] = [];

  beforeAll(async () => {
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
    const site = await pageWithWorker(here("session-page.fixture.ts"), {
      "comparison-worker": here("comparison-worker.fixture.ts"),
      "trial-worker": here("trial-worker.fixture.ts"),
    });
    said = site.said;
    const wasm = readFileSync(library);
    ({ server, address } = await serve((path): Served | null => {
      if (path === "/training.wasm") return { content: wasm, type: "application/wasm" };
      if (path in files) return { content: files[path], type: "text/csv" };
      const file = site.fileAt(path);
      return file && { ...file, ...(path.endsWith(".js") && { policy }) };
    }));
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(address);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** As a text, since the test runner rewrites functions. */
  const inPage = async <T>(expression: string): Promise<T> =>
    (await page.evaluate(`(async () => (${expression}))()`)) as T;

  const asked = (options: AskedOptions, more = ""): string =>
    `{ files: [await fileOf("/train.csv")], options: ${JSON.stringify(options)}${more} }`;

  /** What the command gives with the same files and options, in a folder of its own name. */
  async function byCommand(name: string, args: string[]): Promise<{ results: Results; at: string }> {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    for (const [path, content] of Object.entries(files)) writeFileSync(join(cwd, path), content);
    const ran = await minimand([...args, "--engine", "wasm", "--workers", "1"], { cwd });
    expect([ran.code, ran.stderr.match(/^minimand:.*/m)]).toEqual([0, null]);
    const at = join(cwd, "minimand-train");
    return { at, results: JSON.parse(readFileSync(join(at, "results.json"), "utf8")) as Results };
  }

  function expectSame({ finished }: Told, { results, at }: { results: Results; at: string }): void {
    const [own, expected] = [timeless(finished.results), timeless(results)];
    expect(own.text).toBe(expected.text);
    expect(own.numbers.filter((value, i) => !isClose(value, expected.numbers[i]))).toEqual([]);
    const report = readFileSync(join(at, "report.html"), "utf8");
    // The page has no folder of a model until its files are saved.
    expect(finished.report).not.toContain("predict minimand-train");
    const saved = "Save the files of the model into a folder minimand-model. ";
    const [shown, drawn] = [
      timelessPage(
        finished.report.replaceAll("predict minimand-model", "predict minimand-train").replaceAll(saved, ""),
      ),
      timelessPage(report.replaceAll(" --engine wasm --workers 1", "")),
    ];
    expect(shown.text).toBe(drawn.text);
    expect(shown.numbers.filter((value, i) => !isClose(value, drawn.numbers[i]))).toEqual([]);
    const paths = Object.keys(finished.files).sort();
    expect(paths).toEqual(
      everythingIn(at)
        .filter((path) => !path.startsWith("trials") && !path.startsWith("."))
        .filter((path) => path.includes("."))
        .sort(),
    );
    // The library of trees writes the time into its files.
    const trees = paths.includes("model/model.trees");
    for (const path of paths.filter((one) => one.startsWith("model/") && !trees))
      expect(finished.files[path], path).toBe(readFileSync(join(at, path)).toString("base64"));
  }

  it("says what a file is and what a careful reader would say of it, before anything is trained", async () => {
    const read = await inPage<FileRead>(`await open().read(await fileOf("/train.csv"))`);
    expect(read).toMatchObject({ name: "train", source: "train.csv", rows: 90, target: "y", pairs: false });
    expect(read.columns.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
      ["size", "numeric", 0],
      ["kind", "categorical", 10],
      ["other", "numeric", 0],
      ["y", "categorical", 0],
    ]);
    const look = await inPage<Look>(`await open().look(${asked(small)})`);
    expect(look).toMatchObject({ task: "binary", metric: "balanced-accuracy", trials: 12 });
    expect(look.datasets[0].classes).toEqual(["yes", "no"]);
    expect(look.command).toBe(["npx", "minimand", ...typed()].join(" "));
  });

  it("goes on where it was stopped and the page closed, and is the command's: results, report and files, in fewer bits too", async () => {
    const command = byCommand("folds", typed("--quantize", "8,4"));
    const options = { ...small, quantize: [8, 4] };
    const stopped = await inPage<Told>(
      `await (async () => { const a = ${asked(options)}; return compare((tell) => open().compare(a, tell), 3); })()`,
    );
    expect(stopped.failed).toMatchObject({ name: "Interrupted" });
    await page.reload();
    const [kept] = await inPage<KeptComparison[]>("await open().kept()");
    expect(kept).toMatchObject({ state: "stopped", total: 12, bytes: files["/train.csv"].length });
    expect(kept.done).toBeGreaterThan(0);
    const told = await inPage<Told>(`await compare((tell) => open().goOn(${JSON.stringify(kept.id)}, tell))`);
    expect(told.failed).toBeUndefined();
    const kinds = told.events.map(({ kind }) => kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(["planned", "finished"]);
    expect(new Set(kinds)).toEqual(
      new Set(["planned", "said", "progress", "ranking", "keeping", "finished"]),
    );
    expect(told.events.find(({ kind }) => kind === "said")).toMatchObject({
      text: expect.stringMatching(/^[3-9] of 12 trials are already finished$/),
    });
    const rankings = told.events.flatMap((event) => (event.kind === "ranking" ? [event] : []));
    const { entries } = told.finished.results.datasets[0].ranking;
    const means = new Map(entries.map(({ candidate, mean }) => [candidate, mean]));
    const { rows } = rankings.at(-1)!;
    expect([...rows.map(({ id }) => id), "chosen-by-validation", "ensemble"].sort()).toEqual(
      told.finished.results.candidates.map(({ id }) => id).sort(),
    );
    for (const { id, mean, done, of } of rows) {
      expect([done, of]).toEqual([2, 2]);
      expect(mean, id).toBeCloseTo(means.get(id)!, 12);
    }
    expect(rows.map(({ mean }) => mean)).toEqual(rows.map(({ mean }) => mean!).sort((a, b) => b - a));
    expectSame(told, await command);
    const again = await inPage<FinishedComparison>(`await open().finished(${JSON.stringify(kept.id)})`);
    expect(again.report).toBe(told.finished.report);
    expect(await inPage("await open().kept()")).toMatchObject([{ state: "finished", done: 12, total: 12 }]);
  });

  it("tests on a second file, keeps trees, and predicts by them what the command does", async () => {
    const command = byCommand("test", typed("--keep", "trees", "--test", "later.csv"));
    const told = await inPage<Told>(
      `await (async () => { const a = ${asked({ ...small, keep: "trees" }, `, test: await fileOf("/later.csv")`)}; return compare((tell) => open().compare(a, tell)); })()`,
    );
    expect(told.failed).toBeUndefined();
    const { at, results } = await command;
    expectSame(told, { at, results });
    const { csv } = await inPage<{ csv: string }>(
      `await open().predict({ model: { comparison: ${JSON.stringify(told.finished.id)} }, rows: await fileOf("/later.csv"), ids: ["kind"] })`,
    );
    const predicted = await minimand(["predict", at, join(folder, "later.csv"), "--id", "kind"]);
    expect(csv).toBe(predicted.stdout);
    const tooLarge = await inPage<string>(
      `await refusal(open({ mostBytes: 100 }).predict({ model: { comparison: ${JSON.stringify(told.finished.id)} }, rows: await fileOf("/later.csv") }))`,
    );
    expect(tooLarge).toMatch(/ the command takes more: npx minimand predict FOLDER later\.csv$/);
  });

  it("refuses what a page can't do in a line, with the command that can", async () => {
    const large = await inPage<string>(
      `await refusal(open({ mostBytes: 1000 }).read(await fileOf("/train.csv")))`,
    );
    expect(large).toMatch(
      /^DataError: train.csv: expected at most .* npx minimand compare train.csv --target/,
    );
    expect(await inPage(`await refusal(open().look(${asked({ ...small, model: "own" })}))`)).toMatch(
      /^UsageError: model: .*--with FILE/,
    );
    expect(await inPage(`await refusal(open().look(${asked({ ...small, maxEpochs: 0 })}))`)).toBe(
      "RangeError: --max-epochs: expected an integer >= 1 and <= 100000, got 0",
    );
  });

  it("does not let go what a tab still runs", async () => {
    // A tab that runs a comparison holds the lock of its name.
    const refused = await inPage<string>(
      `await (async () => { const session = open(); const [{ id }] = await session.kept(); return navigator.locks.request("minimand " + id, () => refusal(session.forget(id))); })()`,
    );
    expect(refused).toBe("UsageError: this comparison already runs in this or another tab");
    expect(await inPage<KeptComparison[]>("await open().kept()")).not.toEqual([]);
  });

  it("lets go what it kept, trials included where nothing else needs them", async () => {
    const names = await inPage<string[]>(
      `await (async () => { const session = open(); for (const { id } of await session.kept()) await session.forget(id); return (await indexedDB.databases()).map(({ name }) => name); })()`,
    );
    expect(names).toEqual(["minimand"]);
  });

  it("bundles for a page without a warning", () => {
    expect(said).toEqual([]);
  });
});
