import { numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { disposeTree, refTree, type Tree } from "minimand/engine";
import type { Model } from "minimand/models";
import { mlp } from "minimand/models";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import {
  channelGate,
  closedGates,
  foldGates,
  gateScores,
  magnitudeScores,
  pruneChannels,
  type SlimmableParams,
  slimmableMlp,
} from "./slimmable-mlp.ts";

const net = slimmableMlp({ inputs: 5, hidden: [6, 4], outputs: 3 });
const x = (): np.Array =>
  np.array(
    Float32Array.from({ length: 20 }, (_, i) => Math.sin(3.1 * i)),
    { shape: [4, 5] },
  );
const outputOf = (model: Model, params: Tree): number[] => [
  ...model.apply({ params, state: {} }, x(), { training: false })[0].dataSync(),
];
/** Parameters with the gates given. */
function withGates(...gates: number[][]): SlimmableParams {
  const { params } = net.init(random.key(7));
  disposeTree(params.architecture);
  return { weights: params.weights, architecture: gates.map((g) => np.array(g)) };
}
const close = (a: readonly number[], b: readonly number[]): void => {
  expect(a.length).toBe(b.length);
  a.forEach((v, i) => {
    expect(v).toBeCloseTo(b[i], 4);
  });
};

describe("a slimmable perceptron", () => {
  it("starts as the perceptron of the same key", () => {
    const plain = mlp({ inputs: 5, hidden: [6, 4], outputs: 3 });
    close(outputOf(net, net.init(random.key(7)).params), outputOf(plain, plain.init(random.key(7)).params));
  });

  it("gives the same outputs without its closed channels, and folded into a plain perceptron", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (open) => {
        // One channel a layer stays open: a layer can't vanish.
        const value = (c: number) => (open[c] || c === 0 || c === 6 ? 0.5 + 0.3 * c : 0);
        const params = withGates([0, 1, 2, 3, 4, 5].map(value), [6, 7, 8, 9].map(value));
        const keep = 10 - closedGates(params);
        const whole = outputOf(net, refTree(params));
        const pruned = pruneChannels(params, { keep });
        expect(pruned.hidden.reduce((a, b) => a + b)).toBe(keep);
        close(outputOf(pruned.model, refTree(pruned.params)), whole);
        const plain = mlp({ inputs: 5, hidden: pruned.hidden, outputs: 3 });
        close(outputOf(plain, foldGates(pruned.params)), whole);
        disposeTree(params);
      }),
      { numRuns: 10 },
    );
  });

  it("keeps the channels of the largest scores over all layers, one a layer at least", () => {
    const params = withGates([9, 8, 7, 6, 5, 4], [0.1, 0.3, 0.2, 0]);
    expect(pruneChannels(params, { keep: 4 }).kept).toEqual([[0, 1, 2], [1]]);
    expect(pruneChannels(params, { keep: 2 }).kept).toEqual([[0], [1]]);
    const scores = [
      [0, 0, 1, 0, 0, 0],
      [3, 4, 0, 0],
    ];
    expect(pruneChannels(params, { keep: 3, scores }).kept).toEqual([[2], [0, 1]]);
    expect(gateScores(withGates([-1, 0, 0, 0, 0, 0], [0, 0, 0, -2]))[1][3]).toBe(2);
  });

  it("has magnitudes that don't change when a channel is larger before and smaller behind", () => {
    const params = withGates([1, 1, 1, 1, 1, 1], [1, 1, 1, 1]);
    const before = magnitudeScores(params);
    const [first, second, third] = params.weights;
    const moved: SlimmableParams = {
      ...params,
      weights: [
        { weight: first.weight.mul(4), bias: first.bias.mul(4) },
        { weight: second.weight.div(4), bias: second.bias },
        third,
      ],
    };
    close(magnitudeScores(moved)[0], before[0]);
  });

  it("leaves nothing alive when it is pruned", () => {
    const params = withGates([9, 8, 7, 6, 5, 4], [0.1, 0.3, 0.2, 0]);
    expect(leakOf(() => disposeTree(pruneChannels(params, { keep: 5 }).params))).toBe(0);
  });

  it("refuses what it can't be", () => {
    const params = withGates([1, 1, 1, 1, 1, 1], [1, 1, 1, 1]);
    expect(() => slimmableMlp({ inputs: 5, hidden: [], outputs: 3 })).toThrow(
      /^hidden: expected at least one/,
    );
    expect(() => slimmableMlp({ inputs: 0, hidden: [3], outputs: 3 })).toThrow(RangeError);
    for (const keep of [1, 11, 2.5, Number.NaN])
      expect(() => pruneChannels(params, { keep })).toThrow(/^keep: /);
    expect(() => pruneChannels(params, { keep: 3, scores: [[1]] })).toThrow(
      /^scores: expected one for each of 6, 4/,
    );
    const bad = [Array(6).fill(Number.NaN), Array(4).fill(0)];
    expect(() => pruneChannels(params, { keep: 3, scores: bad })).toThrow(/^scores: .* got NaN$/);
    const apply = (architecture: np.Array[]) => () => outputOf(net, { ...withGates([], []), architecture });
    expect(apply([np.ones([6])])).toThrow(
      /^architecture: expected gates of 2 layers, got an array of length 1$/,
    );
    expect(apply([np.ones([6]), np.ones([5])])).toThrow(/^alpha: expected shape \[4\], got float32\[5\]$/);
    expect(() => channelGate(np.ones([2, 3]), np.ones([2, 3]))).toThrow(
      /^alpha: expected a float array \[channels\]/,
    );
  });
});
