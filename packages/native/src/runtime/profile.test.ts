import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { numpy as np } from "@jax-js/jax";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { watch } from "../../../../test/support/quiet.ts";
import { decodeModel } from "../onnx/model.ts";
import { toOnnxLoop } from "../write/onnx-program.ts";
import { compile, nativeCompiler } from "./compile.ts";
import { loadModel } from "./load-model.ts";
import { createSession } from "./session.ts";

const given = process.env.MINIMAND_PROFILE;
afterEach(() => {
  if (given === undefined) delete process.env.MINIMAND_PROFILE;
  else process.env.MINIMAND_PROFILE = given;
});

const vector = () => np.array(Float32Array.of(1, 2, 3));
const outer = (x: np.Array): np.Array => np.matmul(x.ref.reshape([3, 1]), x.reshape([1, 3])).mul(2);

/** A program that is run so many times and given up, with the files that it left in a folder. */
async function ran(folder: string, runs: number, dispose = true): Promise<string[]> {
  process.env.MINIMAND_PROFILE = folder;
  const f = await compile(outer, [vector()]);
  for (let i = 0; i < runs; i++) f(vector()).dispose();
  if (dispose) f.dispose();
  return readdirSync(folder).sort();
}

interface Event {
  cat: string;
  name: string;
  dur: number;
  args: { op_name?: string };
}
const operations = (file: string): Event[] =>
  (JSON.parse(readFileSync(file, "utf8")) as Event[]).filter(
    ({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"),
  );

describe("MINIMAND_PROFILE", () => {
  it("gets the graph as it runs, each operation of each run, and times by operator", async () => {
    // The folder is made.
    const folder = join(temporaryFolder(), "deep", "profile");
    const files = await ran(folder, 3);
    expect(files).toEqual([
      expect.stringMatching(/^program-\d+-\d+-\d+\.json$/),
      expect.stringMatching(/\.onnx$/),
      expect.stringMatching(/\.tsv$/),
    ]);
    expect(new Set(files.map((file) => file.replace(/\..*/, ""))).size).toBe(1);
    const [json, onnx, tsv] = files.map((file) => join(folder, file));
    const graph = decodeModel(readFileSync(onnx)).graph!;
    const operators = graph.node.map(({ opType }) => opType);
    expect(operators.length).toBeGreaterThan(0);
    const calls = operations(json).map(({ args }) => args.op_name);
    expect(calls.toSorted()).toEqual([...operators, ...operators, ...operators].toSorted());
    const [head, ...rows] = readFileSync(tsv, "utf8")
      .trimEnd()
      .split("\n")
      .map((row) => row.split("\t"));
    expect(head).toEqual(["operator", "calls", "microseconds", "share"]);
    expect(rows.map(([operator]) => operator).sort()).toEqual([...new Set(operators)].sort());
    for (const [operator, count] of rows)
      expect(Number(count)).toBe(calls.filter((name) => name === operator).length);
    expect(rows.reduce((sum, row) => sum + Number(row[3]), 0)).toBeCloseTo(1, 2);
  });

  it("gets the first 30 runs as soon as they are made, and no more of them", async () => {
    for (const runs of [30, 45]) {
      const folder = temporaryFolder();
      const [json, onnx, ...more] = await ran(folder, runs, false);
      expect(more).toHaveLength(1);
      const { node } = decodeModel(readFileSync(join(folder, onnx))).graph!;
      expect(operations(join(folder, json))).toHaveLength(30 * node.length);
    }
  });

  it("counts what the steps of a loop take once, and not as the loop's own time", () => {
    const folder = temporaryFolder();
    process.env.MINIMAND_PROFILE = folder;
    const size = 100;
    const data = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i) / size);
    const matrix = () => np.array(data, { shape: [size, size] });
    const step = (carry: np.Array, x: np.Array): [np.Array, np.Array] => {
      const next = np.matmul(carry, x);
      return [next.ref, next.sum()];
    };
    const { model, fed } = toOnnxLoop(step, [matrix(), Array.from({ length: 16 }, matrix), []]);
    const loop = loadModel(model);
    loop.run(Object.fromEntries(fed.map(({ name, shape }) => [name, { data, shape }])));
    loop.dispose();
    const [json, , tsv] = readdirSync(folder)
      .sort()
      .map((file) => readFileSync(join(folder, file), "utf8"));
    const rows = tsv
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((row) => row.split("\t"));
    expect(rows.find(([operator]) => operator === "MatMul")?.[1]).toBe("16");
    const run = (JSON.parse(json) as Event[]).find(({ name }) => name === "model_run")!;
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBeLessThanOrEqual(run.dur);
  });

  /** What a program of its own leaves in its folder and in that of profiles, which doesn't give up what it compiles. */
  function left(env: Record<string, string>): Record<"own" | "profile" | "elsewhere", string[]> {
    const [cwd, folder] = [temporaryFolder(), join(temporaryFolder(), "profile")];
    const source = `
      import { init, numpy as np } from ${JSON.stringify(import.meta.resolve("@jax-js/jax"))};
      import { compile } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
      await init("wasm");
      const f = await compile((x) => x.mul(2), [np.array([1, 2])]);
      console.log(f(np.array([1, 2])).js().join());`;
    const given = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace("FOLDER", folder)]),
    );
    const done = watch(["--input-type=module", "--eval", source], { cwd, env: given });
    expect(done).toMatchObject({ code: 0, stdout: "2,4\n", stderr: "" });
    return {
      own: readdirSync(cwd),
      profile: existsSync(folder) ? readdirSync(folder).sort() : [],
      elsewhere: done.left,
    };
  }

  it("gets programs that nobody gave up when the process ends", () => {
    const { profile, own } = left({ MINIMAND_PROFILE: "FOLDER" });
    expect(own).toEqual([]);
    expect(profile.map((name) => name.replace(/.*\./, ""))).toEqual(["json", "onnx", "tsv"]);
  });

  it.each([
    ["isn't set", {}],
    ["is empty", { MINIMAND_PROFILE: "" }],
  ])("writes nothing where it %s", (_, env) => {
    expect(left(env as Record<string, string>)).toEqual({ own: [], profile: [], elsewhere: [] });
  });

  it("is heard by models that are loaded, and by none that can't be", async () => {
    const folder = temporaryFolder();
    const files = await ran(folder, 1);
    const loaded = loadModel(readFileSync(join(folder, files[1])));
    loaded.dispose();
    expect(readdirSync(folder)).toHaveLength(6);
    expect(() => createSession(Uint8Array.of(1, 2, 3))).toThrow();
  });

  it("is refused where it names no folder", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    process.env.MINIMAND_PROFILE = file;
    const message = `MINIMAND_PROFILE: expected a folder that can be made (EEXIST), got ${JSON.stringify(file)}`;
    await expect(nativeCompiler()).rejects.toThrow(new RangeError(message));
    await expect(compile(outer, [vector()])).rejects.toThrow(new RangeError(message));
    expect(existsSync(file)).toBe(true);
  });
});
