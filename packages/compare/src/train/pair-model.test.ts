import { numpy as np } from "@jax-js/jax";
import { mlp, type Variables } from "minimand";
import { disposeTree, keyOf, refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { pairModel } from "./pair-model.ts";

const rows = [
  [0.5, -1, 2, 1, 0.3, -0.7],
  [1.5, 0.2, -2, 0.1, 0.9, 0.4],
];
const turned = rows.map((row) => [...row.slice(3), ...row.slice(0, 3)]);

function outputs(variables: Variables, model: ReturnType<typeof mlp>, x: number[][]): number[][] {
  const { params, state } = variables;
  const given = { params: refTree(params), state: refTree(state) };
  const [output, next] = model.apply(given, np.array(x), {
    training: false,
    weights: np.array([1, 0.5]),
  });
  disposeTree(next);
  return output.js() as number[][];
}

describe.each([true, false])("a model of pairs (batch normalisation %s)", (batchNorm) => {
  const reward = mlp({ inputs: 3, hidden: [5], outputs: 1, batchNorm });
  const model = pairModel(reward);

  it("gives both responses the rewards that each has alone, and turned they are turned", () => {
    const variables = model.init(keyOf(4));
    const made = outputs(variables, model, rows);
    const turnedRewards = outputs(variables, model, turned);
    const alone = rows.map((row) => outputs(variables, reward, [row.slice(0, 3), row.slice(3)]).flat());
    disposeTree([variables.params, variables.state]);
    for (const [i, [first, second]] of made.entries()) {
      expect(turnedRewards[i]).toEqual([second, first]);
      expect(alone[i][0]).toBeCloseTo(first, 6);
      expect(alone[i][1]).toBeCloseTo(second, 6);
      expect(first).not.toBeCloseTo(second, 3);
    }
  });

  it("shows the features of both, and has them replaced", () => {
    const variables = model.init(keyOf(4));
    const [{ features, output }, state] = model.applyWithFeatures(
      { params: refTree(variables.params), state: refTree(variables.state) },
      np.array(rows),
      {
        training: false,
        replaceFeatures: (some) => {
          expect(some.shape).toEqual([2, 10]);
          return some.mul(0);
        },
      },
    );
    disposeTree([state, variables.params, variables.state]);
    expect(features.shape).toEqual([2, model.featureSize]);
    features.dispose();
    const [[a, b], [c]] = output.js() as number[][];
    expect([b, c]).toEqual([a, a]);
  });

  it("leaves nothing behind", () => {
    expect(
      leakOf(() => {
        const variables = model.init(keyOf(1));
        outputs(variables, model, rows);
        disposeTree([variables.params, variables.state]);
      }),
    ).toBe(0);
  });
});
