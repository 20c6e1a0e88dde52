import { grad, jit, numpy as np } from "@jax-js/jax";
import { causalTransformer, neuralNgram, nextLogits } from "@minimand/lab/language";
import { adamw, crossEntropy, type Layer, objectiveOf, supervised } from "minimand";
import { disposeTree, keyOf, leavesOf, refTree, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../test/support/leaks.ts";
import { numbers } from "../../../minimand/src/losses/numbers.fixture.ts";

const vocabulary = 7;
const models: [string, Layer][] = [
  ["neuralNgram", neuralNgram({ vocabulary, context: 2, size: 8, hidden: 16, never: [0] })],
  ["causalTransformer", causalTransformer({ vocabulary, length: 6, size: 8, heads: 2, never: [0] })],
];
const ids = (rows: readonly (readonly number[])[]) =>
  np.array(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });

describe.each(models)("%s", (name, model) => {
  const variables = model.init(keyOf(3));
  const logitsOf = (rows: readonly (readonly number[])[]) =>
    model.apply(refTree({ ...variables }), ids(rows), { training: false })[0];

  it("gives logits at each place, which what comes later doesn't change", () => {
    const [a, b] = [logitsOf([[1, 2, 3, 4, 5]]), logitsOf([[1, 2, 3, 6, 1]])];
    expect(a.shape).toEqual([1, 5, vocabulary]);
    const [x, y] = [numbers(a), numbers(b)];
    const early = 3 * vocabulary;
    for (let i = 0; i < early; i++) expect(x[i]).toBeCloseTo(y[i], 5);
    expect(x.slice(early).some((v, i) => Math.abs(v - y[early + i]) > 1e-3)).toBe(true);
  });

  it("leaves no probability to tokens that never come", () => {
    const x = numbers(logitsOf([[1, 2, 3]]));
    for (let t = 0; t < 3; t++) expect(x[t * vocabulary]).toBeLessThan(-1e8);
    expect(x.filter((v) => v < -1e8)).toHaveLength(3);
  });

  it("has the same gradient compiled as eagerly", () => {
    const loss = (params: Tree) => {
      const [logits] = model.apply(
        { params, state: refTree(variables.state) },
        ids([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        {
          training: false,
        },
      );
      return crossEntropy(logits.reshape([6, vocabulary]), np.array(Int32Array.of(2, 3, 4, 5, 6, 1))).sum();
    };
    const [eager, compiled] = [grad(loss as never), jit(grad(loss as never) as never)].map((g) =>
      leavesOf((g as unknown as (p: unknown) => never)(refTree(variables.params))).map(numbers),
    );
    for (const [i, leaf] of eager.entries())
      for (const [j, v] of leaf.entries()) expect(Math.abs(compiled[i][j] - v)).toBeLessThan(1e-4);
    expect(eager.flat().some((v) => Math.abs(v) > 0.01)).toBe(true);
  });

  it("learns a sequence, and says what comes next", async () => {
    const text = [
      [1, 2, 3, 4, 5, 6],
      [3, 4, 5, 6, 1, 2],
    ];
    const step = supervised({
      model,
      objective: objectiveOf(model, (logits, y) =>
        crossEntropy(logits.reshape([12, vocabulary]), y.reshape([12])).sum(),
      ),
      optimizer: adamw(0.03),
    });
    let state = step.init(keyOf(1));
    const losses: number[] = [];
    for (let i = 0; i < 40; i++) {
      const next = text.map((row) => row.map((v) => (v % 6) + 1));
      const batch = { x: ids(text), y: ids(next), weights: np.ones([2]), ids: Int32Array.of(0, 1), rows: 2 };
      const [later, { loss }] = step.update(state, batch);
      state = later;
      losses.push(loss.item());
    }
    expect(losses.at(-1)! / 12).toBeLessThan(0.1);
    const next = nextLogits(
      model,
      { params: step.params(state), state: step.modelState(state) },
      { length: 6, rows: 2 },
    );
    const likeliest = (
      await next([
        [1, 2],
        [4, 5, 6],
        [2, 3, 4, 5, 6],
      ])
    ).map((x) => x.indexOf(Math.max(...x)));
    expect(likeliest).toEqual([3, 1, 1]);
    expect(await asyncLeakOf(() => next([[1, 2, 3]]))).toBe(0);
    await expect(next([[]])).rejects.toThrow(/^texts\[0\]: expected at least one token/);
    await expect(next([[1, 2, 3, 4, 5, 6, 1]])).rejects.toThrow(
      /^texts\[0\]: expected at most 6 tokens, which the model takes, got 7$/,
    );
    await expect(next([[9]])).rejects.toThrow(/ids from 0 to 6, got 9$/);
    next.dispose();
    disposeTree([state.params, state.optimizer, state.modelState]);
    step.dispose();
  });

  it("refuses what are no texts", () => {
    const apply = (x: np.Array) => () => model.apply(refTree({ ...variables }), x, { training: false });
    expect(apply(np.zeros([2, 3]))).toThrow(new RegExp(`^x of ${name}\\(.*expected an int32 array`));
    expect(apply(ids([[1]]).reshape([1]))).toThrow(RangeError);
    expect(apply(ids([[1, 8]]))).toThrow(/ids from 0 to 6, got 8$/);
  });
});

describe("language models", () => {
  it("of n-grams see no more than their context, and texts shorter than it", () => {
    const [, model] = models[0];
    const variables = model.init(keyOf(3));
    const last = (row: number[]) =>
      numbers(model.apply(refTree({ ...variables }), ids([row]), { training: false })[0]).slice(-vocabulary);
    expect(last([1, 2, 3, 4])).toEqual(last([5, 6, 3, 4]));
    expect(last([1, 2, 3, 4])).not.toEqual(last([1, 2, 5, 4]));
    expect(last([0, 3])).toEqual(last([3]));
    disposeTree([variables.params, variables.state]);
  });

  it("of a length refuse longer texts, and all refuse sizes that don't fit", () => {
    const [, model] = models[1];
    const variables = model.init(keyOf(3));
    expect(() => model.apply(variables, ids([[1, 2, 3, 4, 5, 6, 1]]), { training: false })).toThrow(
      /^x of causalTransformer\(7, 6\): expected shape \[batch, time <= 6\], got int32\[1, 7\]$/,
    );
    expect(() => neuralNgram({ vocabulary, context: 0 })).toThrow(/^context/);
    expect(() => neuralNgram({ vocabulary, context: 1, never: [7] })).toThrow(/^never\[0\]/);
    expect(() => neuralNgram({ vocabulary, context: 1, start: 7 })).toThrow(/^start/);
    expect(() => causalTransformer({ vocabulary, length: 4, size: 6, heads: 4 })).toThrow(/^size/);
    expect(() => causalTransformer({ vocabulary, length: 0 })).toThrow(/^length/);
  });
});
