import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { keyOf } from "../engine/random.ts";
import { disposeTree, refTree } from "../engine/tree.ts";
import { crossEntropy } from "../losses/index.ts";
import { dense, type Model, relu, sequential } from "../models/index.ts";
import { adam, chain, clipByValue } from "../optimizers/index.ts";
import {
  disposeState,
  type Examples,
  fit,
  minibatches,
  objectiveOf,
  predictor,
  supervised,
} from "../training/index.ts";
import { everyForm } from "./config.ts";
import { weightOf } from "./elastic-network.ts";
import {
  calibrateElastic,
  type ElasticStepOptions,
  type ElasticVariables,
  elasticNetwork,
  elasticStep,
  quantizedModel,
  refElastic,
  uniformConfigs,
  weightMoments,
} from "./index.ts";
import { normals } from "./numbers.fixture.ts";

/** Three classes by the angle of a point of the plane. */
const examples: Examples = (() => {
  const x = Float32Array.from(normals(400, 1));
  const y = Int32Array.from({ length: 200 }, (_, i) =>
    Math.floor((Math.atan2(x[2 * i], x[2 * i + 1]) / Math.PI + 1) * 1.4999),
  );
  return { x, shape: [2], y, classes: 3 };
})();
const batches = () => minibatches(examples, { size: 50, seed: 2 });
const inputs = () => np.array(examples.x as Float32Array<ArrayBuffer>, { shape: [200, 2] });

const network = elasticNetwork(
  [
    dense({ inputs: 2, outputs: 16, initial: "he" }),
    relu,
    dense({ inputs: 16, outputs: 16, initial: "he" }),
    relu,
    dense({ inputs: 16, outputs: 16, initial: "he" }),
    relu,
    dense({ inputs: 16, outputs: 3 }),
  ],
  { bits: [2, 4, 8] },
);
const optimizer = chain(clipByValue(1), adam(3e-3));
const float = sequential(network.pieces);

async function trained(step: ReturnType<typeof supervised>, epochs: number) {
  let state = step.init(keyOf(1));
  for (let epoch = 0; epoch < epochs; epoch++)
    state = await fit({ step, state, batches: batches().epoch(epoch) });
  const variables = { params: refTree(step.params(state)), state: refTree(step.modelState(state)) };
  disposeState(state);
  step.dispose();
  return variables;
}

const floatStep = supervised({
  model: float,
  objective: objectiveOf(float, (f, y, { weights }) => crossEntropy(f, y, { weights })),
  optimizer: adam(1e-2),
});
const start: ElasticVariables = calibrateElastic(network, await trained(floatStep, 30), inputs());

/** Mean cross-entropy of variables at some bits. */
function lossAt(bits: number, variables: { params: unknown; state: unknown }, form: object = {}): number {
  const configs = uniformConfigs(4, { bits, ...form });
  const run = predictor(quantizedModel(network, configs, () => refElastic(start)));
  const logits = run(variables.params as never, variables.state as never, inputs());
  run.dispose();
  return crossEntropy(logits, np.array(examples.y as Int32Array<ArrayBuffer>))
    .mean()
    .item();
}

const elastic = (options: Partial<ElasticStepOptions> = {}) =>
  trained(elasticStep({ network, start: () => refElastic(start), optimizer, ...options }), 25);

const kurtosisOf = ({ params }: { params: unknown }): number => {
  const { weights } = params as ElasticVariables["params"];
  return weightMoments(weightOf(network.pieces[2], weights[2])).kurtosis.item();
};

describe("training of all configurations at once", () => {
  it("helps at 2 bits in every form, and keeps 8 bits as good", async () => {
    const variables = await elastic();
    for (const form of everyForm) {
      expect(lossAt(2, variables, form)).toBeLessThan(0.8 * lossAt(2, start, form));
      expect(lossAt(8, variables, form)).toBeLessThan(lossAt(8, start, form) + 0.05);
    }
    disposeTree([variables.params, variables.state]);
  });

  it("with shaped weights brings their kurtosis nearer to 1.8", async () => {
    const [plain, shaped] = [await elastic({ gpg: { lambda: 0 } }), await elastic({ wdr: {} })];
    expect(Math.abs(kurtosisOf(shaped) - 1.8)).toBeLessThan(0.5 * Math.abs(kurtosisOf(plain) - 1.8));
    disposeTree([plain.params, plain.state, shaped.params, shaped.state]);
  });

  it("trains step sizes of the forms that are drawn, and no others", async () => {
    const [form] = everyForm;
    const { params, state } = await elastic({ forms: [form] });
    const numbers = (x: np.Array) => [...x.ref.dataSync()];
    const [before, after] = [start.params, params as unknown as ElasticVariables["params"]].map(
      ({ steps }) => steps[1],
    );
    expect(numbers(after.tensorSymmetric.scale)).not.toEqual(numbers(before.tensorSymmetric.scale));
    expect(numbers(after.actSymmetric.scale)).not.toEqual(numbers(before.actSymmetric.scale));
    expect(numbers(after.channelSymmetric.scale)).toEqual(numbers(before.channelSymmetric.scale));
    expect(numbers(after.tensorAsymmetric.beta)).toEqual(numbers(before.tensorAsymmetric.beta));
    expect(numbers(after.actAsymmetric.scale)).toEqual(numbers(before.actAsymmetric.scale));
    disposeTree([params, state]);
  });

  it("tells a loss that is the sum of its terms", async () => {
    const step = elasticStep({ network, start: () => refElastic(start), optimizer, random: 2, wdr: {} });
    let state = step.init(keyOf(1));
    const told: { [name: string]: number }[] = [];
    state = await fit({
      step,
      state,
      batches: batches().epoch(0),
      onMetrics: (metrics) => told.push(metrics),
    });
    expect(told).toHaveLength(4);
    for (const { loss, high, random, low, wdr } of told) {
      expect(loss).toBeCloseTo(high + random + low + wdr, 4);
      expect(Math.min(high, random, low, wdr)).toBeGreaterThan(0);
    }
    disposeState(state);
    step.dispose();
  });
});

it("training of one configuration helps it at 2 bits", async () => {
  for (const form of [everyForm[0], everyForm[7]]) {
    const model: Model = quantizedModel(network, uniformConfigs(4, { bits: 2, ...form }), () =>
      refElastic(start),
    );
    const objective = objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights }));
    const variables = await trained(supervised({ model, objective, optimizer }), 25);
    expect(lossAt(2, variables, form)).toBeLessThan(0.8 * lossAt(2, start, form));
    disposeTree([variables.params, variables.state]);
  }
});
