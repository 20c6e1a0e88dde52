import { jit, numpy as np, random } from "@jax-js/jax";
import { compileWithJit, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { compile } from "../runtime/compile.ts";
import { withoutRandomBits } from "./prologue.ts";
import { trace } from "./trace.ts";

const data = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
const x = () => np.array(data, { shape: [3, 4] });
const flatValues = (tree: Tree): number[] =>
  (Array.isArray(tree) ? tree : [tree]).flatMap((leaf) => [...(leaf as np.Array).dataSync()]);

/** Random numbers in functions of a key and data. */
const functions: [string, (key: np.Array, x: np.Array) => Tree][] = [
  ["uniform numbers", (key, x) => random.uniform(key, [3, 4]).add(x)],
  ["normal numbers", (key, x) => random.normal(key, [4]).mul(x)],
  ["bits", (key, x) => [random.bits(key, [5]), x]],
  [
    "two draws of a split key",
    (key, x) => {
      const [a, b] = [...random.split(key)];
      return [random.uniform(a, [4]).mul(x), random.normal(b, [3])];
    },
  ],
  ["draws and the key itself", (key, x) => [random.uniform(key.ref, [2]), key, x]],
  [
    "a mask whose probability depends on the data",
    (key, x) => np.where(random.uniform(key, [3, 4]).less(np.abs(x.ref)), x, 0),
  ],
  [
    "draws that nothing depends on",
    (key, x) => {
      random.uniform(key, [3]).dispose();
      return x.mul(2);
    },
  ],
  [
    "nothing but draws",
    (key, x) => {
      x.dispose();
      return random.uniform(key, [6]);
    },
  ],
  [
    "draws and numbers that come from nothing but literals",
    (key, x) => {
      const half = np.array(0.5).astype(np.float64);
      return [random.uniform(key, [4]).astype(np.float64).mul(half.ref), x.mul(half)];
    },
  ],
  ["a key made inside", (key, x) => [random.uniform(random.key(4), [4]).add(x), random.bits(key)]],
  [
    "draws from a key that the data choose",
    (key, x) => {
      const chosen = np.where(x.ref.sum().greater(0), key, np.array([1, 2]).astype(np.uint32));
      return [random.uniform(chosen, [4]).mul(x.ref), x.sum()];
    },
  ],
  [
    "a draw used in several places",
    (key, x) => {
      const noise = random.uniform(key, [3, 4]);
      return [noise.ref.add(x.ref), noise.ref.mul(x), noise];
    },
  ],
];

describe("a compiled function that draws random numbers", () => {
  it.each(functions)("gives jit's numbers for the same key: %s", async (_, f) => {
    const compiled = await compile(f, [random.key(0), x()]);
    const jitted = compileWithJit(f);
    for (const seed of [1, 2, 1]) {
      const got = flatValues(compiled(random.key(seed), x()));
      const expected = flatValues(jitted(random.key(seed), x()));
      // The engine draws in both; what it computes from the draws alone is its own arithmetic in both.
      expect(got.length).toBe(expected.length);
      for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i], 6);
    }
    const key = random.key(3);
    const input = x();
    expect(leakOf(() => flatValues(compiled(key.ref, input.ref)))).toBe(0);
    expect([key.refCount, input.refCount]).toEqual([1, 1]);
    compiled.dispose();
  });

  it("draws bit by bit what the engine draws", async () => {
    const f = (key: np.Array) => random.bits(key, [64]);
    const compiled = await compile(f, [random.key(0)]);
    expect(compiled(random.key(7)).dataSync()).toEqual(jit(f)(random.key(7)).dataSync());
  });

  it("takes a key from its closure", async () => {
    const key = random.key(11);
    const f = (x: np.Array) => random.uniform(key.ref, [3, 4]).add(x);
    const compiled = await compile(f, [x()]);
    const expected = flatValues(random.uniform(random.key(11), [3, 4]).add(x()));
    for (let i = 0; i < 2; i++)
      for (const [n, value] of flatValues(compiled(x())).entries()) expect(value).toBeCloseTo(expected[n], 6);
    compiled.dispose();
    expect(key.refCount).toBe(1);
  });
});

describe("withoutRandomBits", () => {
  const parts = (f: (key: np.Array, x: np.Array) => Tree) =>
    withoutRandomBits(trace(f as never, [random.key(0), x()]).program);

  it("leaves a program without draws alone", () => {
    const { prologue, rest } = parts((key, x) => [key, x.mul(2)]);
    expect(prologue).toBeNull();
    expect(rest.eqns.map((eqn) => eqn.primitive)).toEqual(["mul"]);
  });

  it("takes out the draws, and what is computed from keys alone; the rest gets their results as inputs", () => {
    const { prologue, rest } = parts((key, x) => random.normal(key, [3, 4]).mul(x.ref).add(x));
    expect(rest.eqns.map((eqn) => eqn.primitive)).toEqual(["mul", "add"]);
    expect(prologue!.eqns.some((eqn) => eqn.primitive === "random_bits")).toBe(true);
    expect(prologue!.inputs).toEqual([0]);
    expect(prologue!.outs.map((v) => v.aval.shape)).toEqual([[3, 4]]);
    expect(rest.inBinders.slice(2)).toEqual(prologue!.outs);
  });
});
