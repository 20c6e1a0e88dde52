import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leavesOf, refTree, type Tree } from "../engine/tree.ts";
import { adaptiveGradientClip, clipByValue } from "./clip.ts";
import type { GradientTransformation } from "./transformation.ts";

const array = (values: number[], shape: number[]) => np.array(Float64Array.from(values), { shape });
const numbers = (tree: Tree): number[][] => leavesOf(tree).map((leaf) => [...leaf.ref.dataSync()]);
const once = (t: GradientTransformation, updates: Tree, params: Tree): number[][] => {
  const [updated] = t.update(updates, t.init(params), refTree(params));
  return numbers(updated);
};
/** Entries that differ in sign and by orders of magnitude. */
const some = (size: number, scale: number, phase: number): number[] =>
  Array.from({ length: size }, (_, i) => scale * Math.sin(2 * i + phase) * 10 ** (i % 3));

describe("clipByValue", () => {
  it("cuts entries to the limit on both sides and keeps all others, with a traced limit too", () => {
    const g = [-3, -0.5, 0, 0.25, 7, -0.2];
    const expected = g.map((x) => Math.max(-0.5, Math.min(0.5, x)));
    expect(once(clipByValue(0.5), { a: array(g, [2, 3]) }, { a: array(g, [2, 3]) })).toEqual([expected]);
    const traced = jit((u: np.Array, limit: np.Array) => clipByValue(limit).update(u, {}, [])[0] as np.Array);
    expect([...traced(array(g, [6]), 0.5 as never).dataSync()]).toEqual(expected);
  });

  it("refuses a limit that isn't above 0", () => {
    expect(() => clipByValue(0)).toThrow("limit: expected a finite number > 0, got 0");
    expect(() => clipByValue(-1)).toThrow(RangeError);
  });
});

describe("adaptiveGradientClip", () => {
  /** Equation (3) of Brock et al. for units that are every `units`-th entry. */
  const byHand = (g: number[], w: number[], units: number, clipping: number, eps: number): number[] => {
    const norm = (x: number[], unit: number) => Math.hypot(...x.filter((_, i) => i % units === unit));
    return g.map((x, i) => {
      const [ofWeights, ofGradient] = [Math.max(norm(w, i % units), eps), norm(g, i % units)];
      return ofGradient > clipping * ofWeights ? (clipping * ofWeights * x) / ofGradient : x;
    });
  };

  it.each([
    ["columns of a matrix", [4, 3], 3],
    ["all axes but the last of a kernel", [2, 2, 3, 5], 5],
    ["a vector as one", [6], 1],
  ])("follows equation (3) for %s", (_, shape, units) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const [g, w] = [some(size, 0.05, 1), some(size, 1, 2)];
    // Units of zeros count as eps.
    for (let i = 0; i < size; i += units) w[i] = 0;
    const [clipped] = once(adaptiveGradientClip(0.05, { eps: 0.01 }), [array(g, shape)], [array(w, shape)]);
    const expected = byHand(g, w, units, 0.05, 0.01);
    clipped.forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i], 12);
    });
    expect(clipped).not.toEqual(g);
  });

  it("leaves zeros at zero and small gradients as they are, bit for bit", () => {
    const w = some(6, 1, 0);
    const tiny = some(6, 1e-9, 0);
    expect(once(adaptiveGradientClip(), [array(tiny, [3, 2])], [array(w, [3, 2])])).toEqual([tiny]);
    expect(once(adaptiveGradientClip(), [np.zeros([3, 2])], [np.zeros([3, 2])])).toEqual([Array(6).fill(0)]);
  });

  it("refuses a share that isn't above 0 and options that are none", () => {
    expect(() => adaptiveGradientClip(0)).toThrow("clipping: expected a finite number > 0, got 0");
    expect(() => adaptiveGradientClip(0.1, { eps: 0 })).toThrow("eps: expected a finite number > 0, got 0");
    expect(() => adaptiveGradientClip(0.1, { epsilon: 1 } as object)).toThrow(
      /only the options eps, got "epsilon"/,
    );
  });
});
