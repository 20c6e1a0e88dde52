import { defaultDevice, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { differentiate } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { compile } from "../runtime/compile.ts";
import { execute, type FuzzProgram, inputsOf, programs, scalarOf } from "./program.fixture.ts";

/** More programs: `FUZZ_RUNS=20000 FUZZ_SEED=7 npx vitest run packages/native/src/fuzz`. */
const runs = Number(process.env.FUZZ_RUNS ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? 1);

type DType = typeof np.float32 | typeof np.float64;
type Numbers = ReturnType<np.Array["dataSync"]>;
interface Result {
  shape: number[];
  dtype: string;
  data: Numbers;
}

/** Inputs in memory: one number alone would be a constant, and the engine's eager constants are not of their dtype. */
function given({ shapes }: FuzzProgram, values: readonly Iterable<number>[], dtype: DType): np.Array[] {
  return values.map((v, i) => {
    const data = dtype === np.float64 ? Float64Array.of(...v, 0.5) : Float32Array.of(...v, 0.5);
    return np
      .array(data)
      .slice([0, data.length - 1])
      .reshape([...shapes[i]]);
  });
}
const one = (): np.Array => np.array([1, 0]).slice(0);
const read = (x: np.Array): Result => ({ shape: x.shape, dtype: x.dtype, data: x.dataSync() });

/** All values of the program, then the gradient of their weighted sum. */
const parts = {
  values: (program: FuzzProgram) => (inputs: np.Array[]) => execute(program, inputs),
  gradient: (program: FuzzProgram) => {
    const run = differentiate((inputs: np.Array[]) => [scalarOf(program, inputs), []]);
    return (inputs: np.Array[], one: np.Array) => {
      const [[value], gradient] = run(one, inputs);
      return [value, ...gradient];
    };
  },
};

/** The same by the engine's eager rules on the `cpu` device, in float64: exact mathematics. */
function reference(
  part: keyof typeof parts,
  program: FuzzProgram,
  values: readonly Float32Array[],
): Result[] | undefined {
  defaultDevice("cpu");
  try {
    return parts[part](program)(given(program, values, np.float64), one()).map(read);
  } catch {
    // The engine itself can't.
    return undefined;
  } finally {
    defaultDevice("wasm");
  }
}

/** Natively, for the reference's values of float64 or float32. */
async function native(
  part: keyof typeof parts,
  program: FuzzProgram,
  values: readonly Float32Array[],
  dtype: DType,
): Promise<Result[]> {
  const inputs = given(program, values, dtype);
  const f = await compile(parts[part](program), [inputs, 1 as never]);
  const results = f(inputs, 1 as never).map(read);
  f.dispose();
  return results;
}

/** The largest difference of two lists of numbers where equal means 0; Infinity where one is NaN or infinite alone. */
function distance(a: Numbers, b: Numbers): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const d = Math.abs(a[i] - b[i]);
    most = Math.max(most, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
  }
  return most;
}

const magnitude = (x: Numbers): number => Math.max(1, ...Array.from(x, Math.abs).filter(Number.isFinite));
/** What rounding does to inputs, and how much of results it may explain. */
const rounding = { float32: { input: 3e-7, result: 1e-4 }, float64: { input: 1e-14, result: 1e-10 } };

/** How far the exact results move when the inputs move by a rounding error: large at a jump or a steep place. */
function sensitivity(
  part: keyof typeof parts,
  program: FuzzProgram,
  exact: readonly Result[],
  dtype: DType,
): number[] {
  const most = exact.map(() => 0);
  for (let draw = 1; draw <= 6; draw++) {
    defaultDevice("cpu");
    const moved = inputsOf(program).map((x, n) =>
      Float64Array.from(x, (v, i) => v * (1 + rounding[dtype].input * Math.sin(draw * (7 * n + i + 1)))),
    );
    const results = parts[part](program)(given(program, moved, np.float64), one()).map(read);
    defaultDevice("wasm");
    for (const [i, { data }] of results.entries()) most[i] = Math.max(most[i], distance(data, exact[i].data));
  }
  return most;
}

/** Whether there was an exact result to compare with: the engine itself can't do everything. */
async function agree(part: keyof typeof parts, program: FuzzProgram): Promise<boolean> {
  const values = inputsOf(program);
  const exact = reference(part, program, values);
  if (exact === undefined) return false;
  for (const dtype of [np.float64, np.float32] as const) {
    const results = await native(part, program, values, dtype);
    expect(results.map(({ shape }) => shape)).toEqual(exact.map(({ shape }) => shape));
    expect(results.map((r) => r.dtype)).toEqual(exact.map((r) => (r.dtype === np.float64 ? dtype : r.dtype)));
    const differences = results.map(({ data }, i) => distance(data, exact[i].data));
    const allowed = exact.map(({ data }) => rounding[dtype].result * magnitude(data));
    if (differences.every((d, i) => d <= allowed[i])) continue;
    const moves = sensitivity(part, program, exact, dtype);
    for (const [value, difference] of differences.entries()) {
      if (difference > allowed[value] + 100 * moves[value])
        expect({ dtype, value, data: [...results[value].data] }).toEqual({
          dtype,
          value,
          data: [...exact[value].data],
        });
    }
  }
  return true;
}

describe("random programs", () => {
  it.each(["values", "gradient"] as const)(
    "give natively the %s of exact eager evaluation, in float64 and float32",
    async (part) => {
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(programs, async (program) => {
          compared += Number(await agree(part, program));
        }),
        { numRuns: runs, seed: 2 * seed + Number(part === "gradient") },
      );
      expect(compared).toBeGreaterThan(0.95 * runs);
    },
    3_600_000,
  );
});

const step = (op: FuzzProgram["steps"][number]["op"], a = 0, b = 0, c = 0) => ({ op, a, b, c });

/** Programs that once went wrong, or that chance rarely makes. */
const named: [string, keyof typeof parts, FuzzProgram][] = [
  [
    "the gradient of a product that is summed along an axis before the last of its result",
    "gradient",
    { shapes: [[3, 3], []], seed: 0, steps: [step("einsum", 3, 0, 78), step("neg")] },
  ],
  [
    "numbers that are no float32, in float64",
    "gradient",
    { shapes: [[3]], seed: 0, steps: [step("variance"), step("neg")] },
  ],
  [
    "the gradient of overlapping slices",
    "gradient",
    { shapes: [[4]], seed: 0, steps: [step("slice", 0, 0, 8), step("slice", 1, 0, 5)] },
  ],
];

describe("named programs", () => {
  it.each(named)("are right: %s", async (_, part, program) => {
    expect(await agree(part, program)).toBe(true);
  });
});
