import { defaultDevice, numpy as np } from "@jax-js/jax";
import { differentiate } from "minimand/engine";
import { expect } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { compile } from "../runtime/compile.ts";
import { execute, type FuzzProgram, type Hooks, inputsOf, scalarOf } from "./program.fixture.ts";
import { int } from "./values.fixture.ts";

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
  values: (program: FuzzProgram, hooks?: Hooks) => (inputs: np.Array[]) => execute(program, inputs, hooks),
  gradient: (program: FuzzProgram, hooks?: Hooks) => {
    const run = differentiate((inputs: np.Array[]) => [scalarOf(program, inputs, hooks), []]);
    return (inputs: np.Array[], one: np.Array) => {
      const [[value], gradient] = run(one, inputs);
      return [value, ...gradient];
    };
  },
};
export type Part = keyof typeof parts;

function onCpu<T>(f: () => T): T {
  defaultDevice("cpu");
  try {
    return f();
  } finally {
    defaultDevice("wasm");
  }
}

/** The same by the engine's eager rules on the `cpu` device, in float64: exact mathematics. */
function reference(
  part: Part,
  program: FuzzProgram,
  values: readonly Iterable<number>[],
  hooks?: Hooks,
): Result[] | undefined {
  try {
    return onCpu(() => parts[part](program, hooks)(given(program, values, np.float64), one()).map(read));
  } catch {
    // The engine itself can't.
    return undefined;
  }
}

/**
 * Natively, for the reference's values of float64 or float32; null where a position is outside of its axis. Nothing stays alive, and what
 * fails leaves its arguments as they were.
 */
async function native(part: Part, program: FuzzProgram, dtype: DType): Promise<Result[] | null> {
  const before = liveBuffers();
  const results = await compileAndRun(part, program, dtype);
  // The engine keeps constants of functions of its own from the first time on; a leak grows every time.
  const kept = liveBuffers();
  if (kept !== before) {
    await compileAndRun(part, program, dtype);
    expect(liveBuffers()).toBe(kept);
  }
  return results;
}

async function compileAndRun(part: Part, program: FuzzProgram, dtype: DType): Promise<Result[] | null> {
  const inputs = given(program, inputsOf(program), dtype);
  const f = await compile(parts[part](program), [inputs, 1 as never]);
  let results: Result[] | null = null;
  try {
    results = f(inputs, 1 as never).map(read);
  } catch (error) {
    if (!/out of data bounds|invalid index/.test((error as Error).message)) throw error;
    expect(inputs.map((x) => x.refCount)).toEqual(inputs.map(() => 1));
    for (const x of inputs) x.dispose();
  }
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

/** Inputs, and what becomes of each value, where all numbers are moved by a rounding error, in several ways. */
function moved(program: FuzzProgram, dtype: DType): { values: Float64Array[]; rounded: Hooks["rounded"] }[] {
  return [1, 2, 3, 4, 5, 6].map((draw) => {
    let count = 0;
    const factor = (i: number): number => 1 + rounding[dtype].input * Math.sin(draw * (i + 1));
    return {
      values: inputsOf(program).map((x, n) => Float64Array.from(x, (v, i) => v * factor(7 * n + i))),
      rounded: (x) => {
        count++;
        const factors = Float64Array.from({ length: x.size }, (_, i) => factor(11 * count + i));
        return x.size === 0 ? x : x.mul(np.array(factors, { shape: x.shape }));
      },
    };
  });
}

/** How far the exact results move with the numbers: large at a jump or a steep place. */
function sensitivity(part: Part, program: FuzzProgram, exact: readonly Result[], dtype: DType): number[] {
  const most = exact.map(() => 0);
  for (const { values, rounded } of moved(program, dtype)) {
    const results = reference(part, program, values, { rounded })!;
    for (const [i, { data }] of results.entries()) most[i] = Math.max(most[i], distance(data, exact[i].data));
  }
  return most;
}

/**
 * Whether a position is outside of its axis, or would be where numbers are rounded. Natively it is an error, or counts from the end where
 * it is below zero; the engine takes any entry.
 */
function outside(program: FuzzProgram): boolean {
  if (!program.steps.some(({ op }) => op === "lookAnywhere")) return false;
  const exact = { values: inputsOf(program), rounded: undefined };
  return [exact, ...moved(program, np.float32)].some(({ values, rounded }) => {
    let any = false;
    const positions = (index: np.Array, size: number): np.Array => {
      // What is made of an entry that isn't there can't be read.
      any ||= [...index.ref.dataSync()].some((i) => i < 0 || i >= size);
      return index;
    };
    try {
      onCpu(() => execute(program, given(program, values, np.float64), { positions, rounded }));
    } catch {
      // The engine itself can't go on.
    }
    return any;
  });
}

/** Expects numbers to be those of the reference, up to rounding. */
function close(
  part: Part,
  program: FuzzProgram,
  results: readonly Result[],
  exact: readonly Result[],
  dtype: DType,
): void {
  expect(results.map(({ shape }) => shape)).toEqual(exact.map(({ shape }) => shape));
  expect(results.map((r) => r.dtype)).toEqual(exact.map((r) => (r.dtype === np.float64 ? dtype : r.dtype)));
  const differences = results.map(({ data }, i) => distance(data, exact[i].data));
  const allowed = exact.map(({ data }) => rounding[dtype].result * magnitude(data));
  if (differences.every((d, i) => d <= allowed[i])) return;
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

/** The number that is differentiated, without that. */
function undifferentiated(program: FuzzProgram): Result {
  return onCpu(() => read(scalarOf(program, given(program, inputsOf(program), np.float64))));
}

/**
 * Expects a program to give natively, in float64 and float32, what the engine gives, and to leave nothing alive.
 *
 * @returns whether there was anything to expect: the engine itself can't do everything
 */
export async function agree(part: Part, program: FuzzProgram): Promise<boolean> {
  const floats = [np.float64, np.float32] as const;
  const isOutside = outside(program);
  const inside: Hooks["positions"] = (index, size) => np.clip(index, int(0), int(size - 1));
  const exact = reference(part, program, inputsOf(program), isOutside ? { positions: inside } : {});
  if (exact === undefined) return false;
  if (isOutside) {
    for (const dtype of floats) await native(part, program, dtype);
    return true;
  }
  if (part === "gradient") close(part, program, [undifferentiated(program)], exact.slice(0, 1), np.float64);
  for (const dtype of floats) {
    const results = await native(part, program, dtype);
    expect(results).not.toBeNull();
    close(part, program, results!, exact, dtype);
  }
  return true;
}
