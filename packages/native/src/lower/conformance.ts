import { defaultDevice, makeJaxpr, numpy as np } from "@jax-js/jax";
import { expect } from "vitest";
import { compile } from "../runtime/compile.ts";
import type { DType } from "./rule.ts";
import { sizeOf } from "./view.ts";

/*
 * What a compiled function must give is what the engine's `cpu` device gives, which evaluates one primitive after the
 * other with JavaScript's own Math.
 */

/** An argument: values in row-major order. */
export interface Values {
  dtype: DType;
  shape: readonly number[];
  data: readonly number[];
}

/** A function of arrays with arguments for it. */
export interface Case {
  name: string;
  f: (...xs: np.Array[]) => np.Array | np.Array[];
  args: readonly Values[];
  /** Largest relative error, in addition to that of rounding to the result's type; 0 where nothing is rounded. Default 0. */
  relative?: number;
  /** Largest absolute error. Default 0. */
  absolute?: number;
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Int32Array,
};

/** Makes an array on the default device. */
export function arrayOf({ dtype, shape, data }: Values): np.Array {
  if (data.length === 0) return np.zeros([...shape], { dtype: dtype as never });
  return np.array(arrays[dtype].from(data), { shape: [...shape], dtype: dtype as never });
}

/** Returns values that all differ, between -2 and 2; whole numbers, positive ones for uint32. */
export function filled(dtype: DType, shape: readonly number[], seed = 1): Values {
  const draw = (i: number): number => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 2;
  const whole = (i: number): number => Math.round(draw(i) * 50);
  const number = {
    float32: (i: number) => Math.fround(draw(i)),
    float64: draw,
    int32: whole,
    uint32: (i: number) => Math.abs(whole(i)),
    bool: (i: number) => (draw(i) > 0 ? 1 : 0),
  }[dtype];
  return { dtype, shape, data: Array.from({ length: sizeOf(shape) }, (_, i) => number(i)) };
}

interface Read {
  dtype: string;
  shape: number[];
  data: number[];
}

function read(x: np.Array): Read {
  const { dtype, shape } = x;
  return { dtype, shape: [...shape], data: Array.from(x.dataSync() as Float32Array) };
}

function results(value: np.Array | np.Array[]): Read[] {
  return (Array.isArray(value) ? value : [value]).map(read);
}

/** Returns the primitives that a function is made of. */
export function primitivesOf({ f, args }: Case): Set<string> {
  const zeros = args.map(({ dtype, shape }) => np.zeros([...shape], { dtype: dtype as never }));
  const { jaxpr } = makeJaxpr(f as (...xs: np.Array[]) => np.Array[])(...zeros);
  const program = jaxpr.jaxpr.flatten().simplify();
  return new Set(program.eqns.map((eqn) => eqn.primitive));
}

/** Compiles and runs a function, and compares with the engine's `cpu` device. */
export async function agrees(given: Case): Promise<void> {
  const { f, args, relative = 0, absolute = 0 } = given;
  const example = args.map(arrayOf);
  const compiled = await compile(f as (...xs: np.Array[]) => np.Array[], example);
  const got = results(compiled(...example));
  compiled.dispose();
  const device = defaultDevice();
  let expected: Read[];
  defaultDevice("cpu");
  try {
    expected = results(f(...args.map(arrayOf)));
  } finally {
    defaultDevice(device);
  }
  expect(got.map(({ dtype, shape }) => `${dtype}[${shape}]`)).toEqual(
    expected.map(({ dtype, shape }) => `${dtype}[${shape}]`),
  );
  for (const [n, { dtype, data }] of expected.entries()) {
    const rounding = dtype === "float32" ? 2 ** -24 : dtype === "float64" ? 2 ** -53 : 0;
    const wrong = data.flatMap((e, i) => {
      const g = got[n].data[i];
      if (Object.is(e, g) || e === g) return [];
      // An exact result is the same to the last bit.
      const exact = relative === 0 && absolute === 0;
      const room = absolute + (relative + (exact ? 0 : rounding)) * Math.abs(e);
      return Number.isFinite(e) && Math.abs(e - g) <= room ? [] : [`[${i}]: expected ${e}, got ${g}`];
    });
    expect(wrong.slice(0, 8).join("; ")).toBe("");
  }
}
