import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Results } from "@minimand/compare";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import type { ReproductionFile } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, sampleCsv, temporaryFolder, tiny } from "../../../test/support/cli.ts";

const installed = await nativeCompiler().then(
  () => true,
  (error: unknown) => {
    if (error instanceof NativeUnavailableError) return false;
    throw error;
  },
);
if (!installed) console.warn("onnxruntime-node isn't installed: tests of the native engine are left out");

/** A folder with the sample in `a.csv`, and the small comparison in it. */
function small() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.csv"), sampleCsv());
  const compare = (args: string[], env: Record<string, string> = {}, fromSource = false) =>
    minimand(["compare", "a.csv", "-t", "y", ...tiny, "--out", "o", ...args], {
      cwd: folder,
      env,
      fromSource,
    });
  const results = (): Results => JSON.parse(readFileSync(join(folder, "o/results.json"), "utf8"));
  return { folder, compare, results };
}

/** Preloads a module of test/support into the command and its workers. */
const preloaded = (name: string, env: Record<string, string> = {}): Record<string, string> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "../../../test/support", name)).href}`,
  ...env,
});

describe.runIf(installed)("the native engine", { concurrent: true }, () => {
  it("is the default, and stands in results and report", async () => {
    const { folder, compare, results } = small();
    const { code, stderr } = await compare([]);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/wasm|native|onnx/);
    const version = expect.stringMatching(/^onnxruntime-node \d+\.\d+\.\d+$/);
    expect(results().engine).toEqual({ name: "native", version, threads: 1 });
    expect(readFileSync(join(folder, "o/report.html"), "utf8")).toContain(
      `native: ${results().engine.version}, 1 thread`,
    );
  });

  it("trains as wasm does, but for rounding; a folder keeps the trials of each apart", async () => {
    const { folder, compare, results } = small();
    const trials = (): number => everythingIn(join(folder, "o/trials")).length;
    await compare(["--engine", "native"]);
    const native = results();
    const one = trials();
    await compare(["--engine", "wasm"]);
    const wasm = results();
    expect(trials()).toBe(2 * one);
    expect(wasm.engine).toMatchObject({ name: "wasm", threads: 1 });
    expect(wasm.settings).toEqual(native.settings);
    const [a, b] = [native, wasm].map(({ datasets: [{ trials }] }) => trials);
    for (const [i, { candidate, metrics }] of a.entries()) {
      expect(b[i].candidate).toBe(candidate);
      expect(metrics["log-loss"]).toBeCloseTo(b[i].metrics["log-loss"] ?? Number.NaN, 4);
    }
    const threads = Math.min(2, availableParallelism());
    await compare(["--engine", "native", "--threads", `${threads}`]);
    expect(results().engine.threads).toBe(threads);
    const all = (threads === 1 ? 2 : 3) * one;
    expect(trials()).toBe(all);
    await compare(["--engine", "native"]);
    expect(results().datasets).toEqual(native.datasets);
    expect(trials()).toBe(all);
  });

  it.each(["native", "wasm"])("reproduces a claim: %s", async (engine) => {
    const cwd = temporaryFolder();
    const { code, stdout } = await minimand(
      ["reproduce", "ensloss", "--quick", "--workers", "1", "--engine", engine, "--json"],
      { cwd },
    );
    expect(code).toBe(0);
    const file: ReproductionFile = JSON.parse(stdout);
    expect(file.engine.name).toBe(engine);
    const page = readFileSync(join(cwd, "minimand-reproduce-ensloss/report.html"), "utf8");
    expect(page).toContain(`minimand reproduce ensloss --quick --engine ${engine}`);
  });
});

describe.concurrent("where onnxruntime-node is not installed", () => {
  const missing =
    /onnxruntime-node: expected the optional package for \S+, got none; `npm install --ignore-scripts onnxruntime-node@\S+` adds it/;

  it("compare trains on wasm, and says in one line what is missing", async () => {
    const { compare, results } = small();
    const { code, stderr } = await compare(["--threads", "1"], preloaded("no-onnxruntime.mjs"));
    expect(code).toBe(0);
    const [line, ...others] = stderr.split("\n").filter((text) => text.includes("onnxruntime-node"));
    expect(others).toEqual([]);
    expect(line).toMatch(new RegExp(`^computing on wasm: ${missing.source}; --threads has no effect$`));
    expect(results().engine).toMatchObject({ name: "wasm", threads: 1 });
  });

  it("so does reproduce", async () => {
    const { code, stdout, stderr } = await minimand(
      ["reproduce", "ensloss", "--quick", "--workers", "1", "--json"],
      { cwd: temporaryFolder(), env: preloaded("no-onnxruntime.mjs") },
    );
    expect(code).toBe(0);
    expect(stderr.match(new RegExp(`^computing on wasm: ${missing.source}$`, "gm"))).toHaveLength(1);
    expect((JSON.parse(stdout) as ReproductionFile).engine.name).toBe("wasm");
  });

  it.each([
    ["compare", "a.csv", "-t", "y"],
    ["reproduce", "ensloss", "--quick"],
  ])("%s refuses --engine native in one line, and leaves nothing behind", async (...args) => {
    const { folder } = small();
    const ran = await minimand([...args, "--engine", "native", "--out", "o"], {
      cwd: folder,
      env: preloaded("no-onnxruntime.mjs"),
    });
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(new RegExp(`^minimand: --engine native: ${missing.source}\n$`));
    expect(everythingIn(folder)).toEqual(["a.csv"]);
  });

  it("--engine wasm doesn't look for it", async () => {
    const { compare } = small();
    const told = preloaded("no-onnxruntime.mjs", { ONNXRUNTIME_TOLD: "1" });
    expect((await compare(["--engine", "wasm"], told)).stderr).not.toContain("onnxruntime");
    // The same without the option: the preloaded module does tell.
    expect((await compare(["--max-epochs", "1"], told)).stderr).toContain("onnxruntime-node was looked for");
  });
});

it("tells what ONNX can't express once, whatever the number of workers and trials", async () => {
  const { compare } = small();
  const { code, stderr } = await compare(["--workers", "2"], preloaded("refusing-native.mjs"), true);
  expect(code).toBe(0);
  const lines = stderr.split("\n").filter((line) => line.startsWith("native engine: "));
  expect(lines.map((line) => line.split(": ")[1]).sort()).toEqual(["scatter", "sort"]);
});
