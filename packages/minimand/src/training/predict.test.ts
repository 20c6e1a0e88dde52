import { numpy as np, random } from "@jax-js/jax";
import { expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { disposeTree } from "../engine/tree.ts";
import { type Model, mlp } from "../models/index.ts";
import { predictor, probabilitiesOf } from "./predict.ts";

const x = () => np.array(Float32Array.of(1, -2, 3, 0.5, 0, 90), { shape: [3, 2] });
const rowsOf = (array: np.Array): number[][] => array.js() as number[][];

it("are the softmax of the outputs, a row for a row", () => {
  const model = mlp({ inputs: 2, hidden: [], outputs: 3 });
  const { params, state } = model.init(random.key(1));
  const logits = rowsOf(predictor(model)(params, state, x()));
  rowsOf(probabilitiesOf(model)(params, state, x())).forEach((row, i) => {
    const sum = logits[i].reduce((total, v) => total + Math.exp(v), 0);
    row.forEach((p, k) => {
      expect(p).toBeCloseTo(Math.exp(logits[i][k]) / sum, 5);
    });
  });
});

it("are those of both classes where there is one score a row, with or without an axis for it", () => {
  const model = mlp({ inputs: 2, hidden: [], outputs: 1 });
  const flat: Model = {
    init: model.init,
    apply(variables, input, options) {
      const [score, state] = model.apply(variables, input, options);
      return [score.reshape([-1]), state];
    },
  };
  const { params, state } = model.init(random.key(2));
  const scores = rowsOf(predictor(model)(params, state, x())).flat();
  for (const own of [model, flat]) {
    const rows = rowsOf(probabilitiesOf(own)(params, state, x()));
    rows.forEach(([first, second], i) => {
      expect(second).toBeCloseTo(1 / (1 + Math.exp(-scores[i])), 5);
      expect(first + second).toBeCloseTo(1, 6);
    });
  }
});

it("keep small probabilities on both sides, take the last axis for classes, and leave nothing behind", () => {
  const given: Model = {
    init: () => ({ params: {}, state: {} }),
    apply: (_, input) => [input, {}],
  };
  const probabilities = probabilitiesOf(given);
  const of = (values: number[], shape: number[]) =>
    probabilities({}, {}, np.array(Float32Array.from(values), { shape }));
  const [[far, near]] = rowsOf(of([60, -60], [2, 1]));
  expect([far, near]).toEqual([expect.closeTo(Math.exp(-60), 30), 1]);
  expect(of([1, 2, 3, 1, 1, 1, 0, 9], [2, 2, 2]).sum(-1).js()).toEqual([
    [expect.closeTo(1, 6), expect.closeTo(1, 6)],
    [expect.closeTo(1, 6), expect.closeTo(1, 6)],
  ]);
  expect(() => of([1], [])).toThrow("model: expected an output [batch, classes] or [batch], got float32[]");
  const model = mlp({ inputs: 2, hidden: [], outputs: 3 });
  const { params, state } = model.init(random.key(1));
  const own = probabilitiesOf(model);
  expect(leakOf(() => own(params, state, x()).dispose())).toBe(0);
  disposeTree([params, state]);
});
