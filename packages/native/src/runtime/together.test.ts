import { numpy as np, random } from "@jax-js/jax";
import { type Compile, keyOf, logSoftmax, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { NativeUnavailableError, nativeCompiler } from "../index.ts";

const compile = await nativeCompiler({ warn: () => {} }).catch((error: unknown) => {
  if (!(error instanceof NativeUnavailableError)) throw error;
  return null;
});

const values = (...shape: number[]): np.Array =>
  np.array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i + shape.length)),
    { shape },
  );

type Step = (w: np.Array, x: np.Array, a: np.Array) => np.Array;
const count = 3;

/** What each of three values gives alone and with the others: `w` [4, 5], `x` [6, 4] that all share, and a number `a`. */
function bothWays(compiler: Compile, step: Step): [alone: Float32Array[], together: Float32Array[] | null] {
  const fn = ({ w }: { w: np.Array }, { x }: { x: np.Array }, { a }: { a: np.Array }): [Tree, Tree] => [
    { w: w.ref },
    step(w, x, a),
  ];
  const program = compiler(fn as never) as unknown as (...args: unknown[]) => [{ w: np.Array }, np.Array];
  const several = compiler.together!(fn as never);
  const all = Float32Array.from({ length: count * 20 }, (_, i) => Math.cos(i * i));
  const numbers = Float32Array.of(0.5, 2, -1);
  const alone = Array.from(numbers, (a, i) => {
    const w = np.array(all.slice(i * 20, (i + 1) * 20), { shape: [4, 5] });
    const [next, out] = program({ w }, { x: values(6, 4) }, { a });
    next.w.dispose();
    return Float32Array.from(out.dataSync());
  });
  const fixed = { a: np.array(numbers) };
  const carry = { w: np.array(all, { shape: [count, 4, 5] }) };
  const xs = [{ x: values(6, 4) }];
  const result = several(carry, xs as never, fixed);
  if (result === null) for (const x of [fixed.a, carry.w, xs[0].x]) x.dispose();
  else {
    const [next, out] = result as unknown as [{ w: np.Array }, np.Array];
    expect(next.w.dataSync()).toEqual(all);
    expect(out.shape.slice(0, 2)).toEqual([1, count]);
    const flat = Float32Array.from(out.dataSync());
    const size = flat.length / count;
    (program as unknown as { dispose(): void }).dispose();
    several.dispose();
    return [alone, alone.map((_, i) => flat.slice(i * size, (i + 1) * size))];
  }
  (program as unknown as { dispose(): void }).dispose();
  several.dispose();
  return [alone, null];
}

const cases: Record<string, Step> = {
  "a product with what all share": (w, x, a) => np.matmul(x, w).mul(a),
  "its mirror": (w, x, a) => np.matmul(w.transpose(), x.transpose()).mul(a),
  "a product of their own": (w, x, a) => {
    const h = np.matmul(x, w);
    return np.matmul(h.ref.transpose(), h).mul(a);
  },
  "sums along either axis, and of all": (w, x, a) => {
    const h = np.matmul(x, w).mul(a);
    return h.ref.sum(0).add(h.ref.sum(1).sum()).add(h.sum());
  },
  extrema: (w, x, a) => {
    x.dispose();
    return np.max(w.ref, 1).sub(np.min(w, 1)).mul(a);
  },
  "rows of fewer axes": (w, x, a) => {
    const row = w.ref.slice(0);
    return np.matmul(x, w).add(row).div(a);
  },
  "pieces, padded and joined": (w, x, a) => {
    x.dispose();
    const piece = w.ref.slice([1, 3], [0, 2]);
    return np
      .concatenate(
        [
          np.pad(piece, [
            [0, 0],
            [1, 2],
          ]),
          np.flip(w, 1).slice([0, 2]),
        ],
        0,
      )
      .mul(a);
  },
  choices: (w, x, a) => np.where(np.greater(x.ref.sum(1).reshape([6, 1]), 0), np.matmul(x, w), a),
  order: (w, x, a) => {
    x.dispose();
    return np.argsort(w.ref, -1).astype(np.float32).add(np.sort(w, -1)).mul(a);
  },
  "softmaxes and powers": (w, x, a) => logSoftmax(np.matmul(x, w).mul(a.ref)).add(np.sqrt(np.square(a))),
  "integers and signs": (w, x, a) => {
    x.dispose();
    return np.floor(w.mul(10)).astype(np.int32).astype(np.float32).mul(a.neg());
  },
  "what none of them has a part in": (w, x, a) => {
    w.dispose();
    a.dispose();
    return x.sum(0);
  },
};

describe.skipIf(compile === null)("together", () => {
  it.each(Object.entries(cases))("computes %s as each alone", (_, step) => {
    const [alone, together] = bothWays(compile!, step);
    expect(together).not.toBeNull();
    for (const [i, own] of alone.entries())
      for (const [j, value] of own.entries()) expect(together![i][j]).toBeCloseTo(value, 5);
  });

  it("draws the same numbers for all from a key that they share", () => {
    const fn = (carry: Tree, { key }: { key: np.Array }, { a }: { a: np.Array }): [Tree, Tree] => [
      carry,
      random.normal(key, [4]).mul(a),
    ];
    const several = compile!.together!(fn as never);
    const [, out] = several({}, [{ key: keyOf(3) }] as never, { a: np.array([1, 2]) })!;
    const [first, second] = (out as np.Array).js()[0] as number[][];
    expect(first.some((value) => value !== 0)).toBe(true);
    for (const [i, value] of first.entries()) expect(second[i]).toBeCloseTo(2 * value, 5);
    several.dispose();
  });

  it.each<[string, (carry: { w: np.Array; k: np.Array }) => np.Array]>([
    ["takes entries at positions", ({ w, k }) => np.take(w, k.astype(np.int32))],
    ["draws from keys of their own", ({ w, k }) => random.uniform(k, [2]).add(w.sum())],
  ])("gives null and consumes nothing for a function that %s", (_, f) => {
    const fn = (carry: { w: np.Array; k: np.Array }): [Tree, Tree] => [{}, f(carry)];
    const several = compile!.together!(fn as never);
    const carry = { w: values(2, 4), k: np.array(Uint32Array.of(1, 2, 3, 0), { shape: [2, 2] }) };
    expect(several(carry as never, [{}] as never, {})).toBeNull();
    expect(carry.w.refCount).toBe(1);
    for (const x of Object.values(carry)) x.dispose();
    several.dispose();
  });

  it("refuses arrays of different numbers of values", () => {
    const several = compile!.together!((carry: Tree, _: Tree, fixed: Tree): [Tree, Tree] => [carry, fixed]);
    const [carry, fixed] = [values(2, 3), values(3)];
    expect(() => several(carry, [{}], fixed)).toThrow(
      /^carry, fixed: expected arrays with the same first axis/,
    );
    for (const x of [carry, fixed]) x.dispose();
    several.dispose();
  });

  it("leaks nothing", () => {
    const names = ["a product with what all share", "sums along either axis, and of all"];
    expect(leakOf(() => void names.map((name) => bothWays(compile!, cases[name])))).toBe(0);
  });
});
