import { lax, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { elementwise } from "./elementwise.fixture.ts";
import { movement } from "./movement.fixture.ts";
import { reductions } from "./reductions.fixture.ts";
import { int, offset, type Pool, type Step, sizeOf, type Value, whole } from "./values.fixture.ts";

/*
 * Random small programs over arrays. A program is a list of steps; each takes values made before it by number (modulo
 * how many there are), so that every list is a program and every part of a list is one too: counter-examples shrink.
 * Values stay bounded and functions smooth where they are looked at, so that two right implementations agree closely.
 */

export interface FuzzProgram {
  shapes: readonly (readonly number[])[];
  seed: number;
  steps: readonly Step[];
}

/** What programs are made of. */
const operations = { ...elementwise, ...reductions, ...movement };

/** Sizes of axes: one in 21 is empty. */
const sizes = Array.from({ length: 21 }, (_, i) => (i < 20 ? 1 + (i % 4) : 0));

/** Random programs. */
export const programs: fc.Arbitrary<FuzzProgram> = fc.record({
  shapes: fc.array(fc.array(fc.constantFrom(...sizes), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  seed: fc.nat(1000),
  steps: fc.array(
    fc.record({
      op: fc.constantFrom(...Object.keys(operations)),
      a: fc.nat(99),
      b: fc.nat(99),
      c: fc.nat(99),
    }),
    { minLength: 1, maxLength: 25, size: "max" },
  ),
});

/** The program's inputs: the same numbers, exact in float32, in either type. */
export function inputsOf({ shapes, seed }: FuzzProgram): Float32Array[] {
  return shapes.map((shape, n) =>
    Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => 2 * Math.sin(1 + seed * 0.7315 + 3.17 * i + 12.9 * n),
    ),
  );
}

/** What is done on the way. */
export interface Hooks {
  /** What takes the place of positions that may be outside of an axis of some size. */
  positions?: Pool["positions"];
  /** What takes the place of each value of floats that is made. */
  rounded?: (x: np.Array) => np.Array;
}

/** Runs the program and gives all values that it makes. Consumes its inputs. */
export function execute(
  { steps }: FuzzProgram,
  inputs: readonly np.Array[],
  { positions = (index) => index, rounded = (x) => x }: Hooks = {},
): np.Array[] {
  const [{ dtype }] = inputs;
  const values: Value[] = inputs.map((x) => ({ x, bound: 2 }));
  const pick = (n: number, fits: (x: np.Array) => boolean): Value | undefined => {
    const candidates = values.filter(({ x }) => fits(x));
    // The latest first: programs are deep rather than broad.
    const found = candidates[candidates.length - 1 - (n % Math.min(candidates.length, 6))];
    return found && { x: found.x.ref, bound: found.bound };
  };
  const pool: Pool = {
    float: (n) => pick(n, ({ dtype }) => dtype === np.float32 || dtype === np.float64)!,
    int: (n) => {
      const found = pick(n, ({ dtype }) => dtype === np.int32);
      if (found) return found;
      const { x, bound } = pool.float(n);
      return { x: whole(x, n), bound: 4 * bound + 2 };
    },
    positions,
    bool: (n) => pick(n, ({ dtype }) => dtype === np.bool)?.x ?? pool.float(n).x.greater(offset(n)),
  };
  for (const step of steps) {
    const results = operations[step.op](pool, step);
    for (const value of Array.isArray(results) ? results : [results]) {
      const { x, bound } = small(bounded(value, dtype));
      values.push({ x: x.dtype === dtype ? rounded(x) : x, bound });
    }
  }
  return values.map(({ x }) => x);
}

/** Of the program's type of floats, where JavaScript's numbers had their own, and not too large. */
function bounded({ x, bound }: Value, dtype: np.Array["dtype"]): Value {
  if (x.dtype === np.bool) return { x, bound };
  if (x.dtype === np.int32) return bound <= 2 ** 20 ? { x, bound } : { x: np.fmod(x, int(97)), bound: 97 };
  const y = x.astype(dtype);
  if (bound <= 64) return { x: y, bound };
  const by = 2 ** -Math.ceil(Math.log2(bound / 8));
  return { x: y.mul(by), bound: bound * by };
}

/** At most 48 elements and 4 axes. */
function small({ x, bound }: Value): Value {
  let y = x;
  while (y.size > 48) {
    const axis = y.shape.indexOf(Math.max(...y.shape));
    y = y.slice(...y.shape.map((n, i): [number, number] => (i === axis ? [0, n >> 1] : [0, n])));
  }
  return { x: y.ndim > 4 ? y.reshape([-1]) : y, bound };
}

/** One number of all floats that the program makes, half of them weighted element by element. Consumes its inputs. */
export function scalarOf(program: FuzzProgram, inputs: readonly np.Array[], hooks?: Hooks): np.Array {
  const { dtype } = inputs[0];
  const terms = execute(program, inputs, hooks).map((x, n) => {
    const y = x.dtype === dtype ? x : lax.stopGradient(x.astype(dtype));
    if (n % 2 === 0 || y.size === 0) return y.sum();
    const weights = Float32Array.from({ length: y.size }, (_, i) => Math.cos(i + n));
    return y.mul(np.array(weights, { shape: y.shape }).astype(dtype)).sum();
  });
  return terms.reduce((a, b) => a.add(b));
}
