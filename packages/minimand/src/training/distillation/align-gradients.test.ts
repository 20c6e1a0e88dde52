import { jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { leavesOf, type Tree } from "../../engine/tree.ts";
import { alignGradients } from "./align-gradients.ts";

const numbers = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 });
const treeOf = (x: number[]) => ({
  backbone: [np.array([x.slice(0, 2), x.slice(2, 4)])],
  head: { bias: np.array(x.slice(4)) },
});
const flat = (t: Tree): number[] => leavesOf(t).flatMap((leaf) => [...(leaf.dataSync() as Float32Array)]);
const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);

describe("alignGradients", () => {
  it("never lets the auxiliary part oppose the primary gradient, and only adds where it doesn't", () => {
    fc.assert(
      fc.property(numbers, numbers, (g1, g2) => {
        const { merged, dot: product, conflict } = alignGradients(treeOf(g1), treeOf(g2));
        const result = flat(merged);
        const scale = 1e-4 * (1 + dot(g1, g1) + dot(g2, g2));
        expect(
          dot(
            result.map((v, i) => v - g1[i]),
            g1,
          ),
        ).toBeGreaterThanOrEqual(-scale);
        expect(Math.abs(product.item() - dot(g1, g2))).toBeLessThan(scale);
        const conflicts = conflict.item();
        if (Math.abs(dot(g1, g2)) > scale) expect(conflicts).toBe(Number(dot(g1, g2) < 0));
        if (conflicts === 0)
          result.forEach((v, i) => {
            expect(v).toBeCloseTo(g1[i] + g2[i], 4);
          });
      }),
      { numRuns: 60 },
    );
  });

  it("scales the primary step of the whole tree in a conflict; a mask of the backbone leaves the head alone", () => {
    const g1 = [1, 0, 0, 0, 1, 1];
    const g2 = [-3, 1, 0, 2, 0, 0];
    expect(flat(alignGradients(treeOf(g1), treeOf(g2)).merged)).toEqual([-1, 1, 0, 2, 2, 2]);
    const scoped = alignGradients(treeOf(g1), treeOf(g2), { scope: { backbone: true } });
    expect(flat(scoped.merged)).toEqual([1, 1, 0, 2, 1, 1]);
    expect([scoped.dot.item(), scoped.conflict.item()]).toEqual([-3, 1]);
    const none = alignGradients(treeOf(g1), treeOf(g2), { scope: false });
    expect(flat(none.merged)).toEqual([-2, 1, 0, 2, 1, 1]);
    expect(none.conflict.item()).toBe(0);
    expect(none.dot.item()).toBe(0);
  });

  it("projects nothing where the primary gradient is 0", () => {
    const { merged, conflict } = alignGradients(treeOf([0, 0, 0, 0, 0, 0]), treeOf([1, 2, 3, 4, 5, 6]));
    expect(flat(merged)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(conflict.item()).toBe(0);
  });

  it.each([1e-25, 2.6e-23, 1e-20])(
    "projects nothing where the square of the primary gradient leaves float32: %d",
    (tiny) => {
      const { merged, conflict } = alignGradients(treeOf([tiny, 0, 0, 0, 0, 0]), treeOf([-1, 2, 0, 0, 0, 0]));
      expect(flat(merged)).toEqual([-1, 2, 0, 0, 0, 0]);
      expect(conflict.item()).toBe(0);
    },
  );

  it("is the same inside jit, consumes both trees and leaves no array alive", () => {
    const g1 = treeOf([1, -2, 3, 0.5, 1, 1]);
    const g2 = treeOf([-1, 2, 1, 1, -5, 2]);
    const kept = () => [refOf(g1), refOf(g2)] as const;
    const run = (a: Tree, b: Tree) => {
      const { merged, dot: product, conflict } = alignGradients(a, b);
      return [...flat(merged), product.item(), conflict.item()];
    };
    const program = jit(((a: Tree, b: Tree) => {
      const { merged, dot: product, conflict } = alignGradients(a, b);
      return { merged, product, conflict };
    }) as never) as unknown as (a: Tree, b: Tree) => { merged: Tree; product: np.Array; conflict: np.Array };
    const eager = run(...kept());
    const { merged, product, conflict } = program(...kept());
    [...flat(merged), product.item(), conflict.item()].forEach((v, i) => {
      expect(v).toBeCloseTo(eager[i], 5);
    });
    expect(leakOf(() => void run(...kept()))).toBe(0);
    expect(leavesOf(g1)[0].refCount).toBe(1);
  });

  it("refuses trees and masks that don't fit", () => {
    const g = () => treeOf([1, 2, 3, 4, 5, 6]);
    expect(() => alignGradients(g(), [np.zeros([2, 2])])).toThrow(
      /^auxiliary: expected a tree of 2 arrays, got 1$/,
    );
    expect(() => alignGradients({ a: np.ones([2]) }, { a: np.ones([3]) })).toThrow(
      /^auxiliary: expected an array of shape \[2\], got float32\[3\]$/,
    );
    expect(() => alignGradients(g(), g(), { scope: { body: true } })).toThrow(
      /^mask: expected keys among backbone, head, got "body"$/,
    );
    expect(() => alignGradients(g(), g(), { scope: { backbone: [true, false] } })).toThrow(TypeError);
    expect(() => alignGradients(g(), g(), { scope: [true] })).toThrow(TypeError);
    expect(() => alignGradients(g(), g(), { scope: { head: { bias: [true] } } })).toThrow(TypeError);
  });
});

function refOf(t: ReturnType<typeof treeOf>): ReturnType<typeof treeOf> {
  for (const leaf of leavesOf(t)) void leaf.ref;
  return t;
}
