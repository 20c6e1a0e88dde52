import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { compiledValueAndGrad } from "minimand/engine";

/** From a function name of the vectors to the library's outputs, under the vectors' names. */
// biome-ignore lint/suspicious/noExplicitAny: vectors are JSON of many shapes; adapters give each its shape.
export type Adapters = Record<string, (inputs: any, options: any, expected: any) => unknown>;

/** Nested numbers as a float64 array. */
export function float(values: number | readonly unknown[]): np.Array {
  const { flat, shape } = flatten(values);
  return np.array(Float64Array.from(flat), { shape });
}

/** Class ids. */
export function ids(values: readonly number[]): np.Array {
  return np.array(Int32Array.from(values));
}

function flatten(values: unknown): { flat: number[]; shape: number[] } {
  if (!Array.isArray(values)) return { flat: [Number(values)], shape: [] };
  const parts = values.map(flatten);
  return { flat: parts.flatMap((p) => p.flat), shape: [values.length, ...(parts[0]?.shape ?? [])] };
}

/** Value(s) of a loss and the gradients of its mean, by compiled differentiation, as plain numbers. */
export function meanAndGradients<P extends Tree[]>(
  f: (...inputs: P) => np.Array,
  ...inputs: P
): { perExample: number[]; mean: number; gradients: unknown[] } {
  const perExample = f(...(inputs.map((x) => (x as np.Array).ref) as P)).js() as number[];
  const run = compiledValueAndGrad((all: P) => np.mean(f(...all)));
  const [mean, gradients] = run(inputs);
  const result = {
    perExample,
    mean: mean.item(),
    gradients: (gradients as np.Array[]).map((g) => g.js() as unknown),
  };
  run.dispose();
  return result;
}
