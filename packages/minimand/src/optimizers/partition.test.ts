import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leavesOf, refTree, type Tree } from "../engine/tree.ts";
import { adam } from "./adam.ts";
import { masked, partition, setToZero } from "./partition.ts";
import { clipByGlobalNorm, scaleByLearningRate } from "./scale.ts";
import { sgd } from "./sgd.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

const paramsOf = () => ({
  layers: [
    { weight: np.array([[1, -2]]), bias: np.array([3, 0.5]) },
    { weight: np.array([[4], [5]]), bias: np.array([6]) },
  ],
});
const gradientOf = () => ({
  layers: [
    { weight: np.array([[0.5, 2]]), bias: np.array([-1, 0.25]) },
    { weight: np.array([[-3], [0.1]]), bias: np.array([7]) },
  ],
});
const numbers = (tree: Tree): number[][] => leavesOf(tree).map((leaf) => [...leaf.ref.dataSync()]);

/** The updates of two steps along the same gradient. */
function twice(optimizer: GradientTransformation, params = paramsOf, gradient = gradientOf): Tree[] {
  const first = optimizer.update(gradient(), optimizer.init(params()), params());
  return [first[0], optimizer.update(gradient(), first[1], params())[0]];
}

describe("partition", () => {
  const byLayer = (_: unknown, path: string) => (path.startsWith("layers.0") ? "body" : "head");

  it("gives each array what its group's optimizer alone would give it, in the place it came from", () => {
    const mixed = twice(partition({ body: adam(0.1), head: sgd(0.5, { momentum: 0.9 }) }, byLayer));
    const [ofAdam, ofSgd] = [twice(adam(0.1)), twice(sgd(0.5, { momentum: 0.9 }))];
    mixed.forEach((updates, t) => {
      expect(Object.keys(updates)).toEqual(["layers"]);
      const [a, s] = [numbers(ofAdam[t]), numbers(ofSgd[t])];
      expect(numbers(updates)).toEqual([a[0], a[1], s[2], s[3]]);
    });
  });

  it("freezes a group", () => {
    const [updates] = twice(partition({ body: setToZero(), head: sgd(1) }, byLayer));
    const [w0, b0, w1] = numbers(updates);
    expect([w0, b0].flat().every((x) => x === 0)).toBe(true);
    expect(w1.some((x) => x !== 0)).toBe(true);
  });

  it("measures norms over the group", () => {
    const clipped = partition({ body: clipByGlobalNorm(1), head: clipByGlobalNorm(1) }, byLayer);
    const [updates] = twice(clipped);
    const groups = numbers(updates);
    for (const group of [groups.slice(0, 2), groups.slice(2)])
      expect(Math.hypot(...group.flat())).toBeCloseTo(1, 5);
  });

  it("chooses by shape in a compiled step, also for parameters that are one array", () => {
    const byRank = partition({ matrices: sgd(0.1), rest: setToZero() }, (p) =>
      p.ndim === 2 ? "matrices" : "rest",
    );
    const run = jit(((g: Tree, s: Tree, p: Tree) => byRank.update(g, s, p)) as never) as unknown as (
      ...trees: Tree[]
    ) => [Tree, Tree];
    const [updates] = run(gradientOf(), byRank.init(paramsOf()), paramsOf());
    expect(numbers(updates).map((x) => x.some((v) => v !== 0))).toEqual([true, false, true, false]);
    const one = np.array([1, 2]);
    const [update] = byRank.update(one.ref, byRank.init(one), one);
    expect((update as np.Array).js()).toEqual([0, 0]);
  });

  it("refuses a group that isn't there, by the array's path, and what is no transformation", () => {
    const wrong = partition({ body: sgd(0.1), head: sgd(0.1) }, (_, path) =>
      path.endsWith("bias") ? "hed" : "body",
    );
    expect(() => wrong.init(paramsOf())).toThrow(
      new RangeError(
        `group of "layers.0.bias": expected one of "body", "head", got "hed": did you mean 'head'?`,
      ),
    );
    expect(() => partition({ body: null as never }, () => "body")).toThrow(
      "transformations.body: expected a gradient transformation, got null",
    );
    expect(() => partition({}, "body" as never)).toThrow("groupOf: expected a function");
  });
});

describe("masked", () => {
  it("lets the updates of all others through as they came", () => {
    const weights = (p: np.Array): boolean => p.ndim === 2;
    const [updates] = twice(chain(masked(clipByGlobalNorm(0.1), weights), scaleByLearningRate(1)));
    const expected = numbers(gradientOf());
    const found = numbers(updates);
    for (const bias of [1, 3]) expect(found[bias]).toEqual(expected[bias].map((x) => -x));
    expect(Math.hypot(...found[0], ...found[2])).toBeCloseTo(0.1, 5);
  });

  it("keeps the gradients of its arguments: nothing is consumed twice", () => {
    const [params, gradient] = [paramsOf(), gradientOf()];
    const t = masked(adam(0.1), () => true);
    t.update(refTree(gradient), t.init(params), refTree(params));
    expect(leavesOf([params, gradient]).every((leaf) => leaf.refCount === 1)).toBe(true);
  });
});
