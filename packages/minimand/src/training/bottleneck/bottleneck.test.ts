import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../../test/support/leaks.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, leavesOf, refTree, type Tree } from "../../engine/tree.ts";
import { csConditional, csIbLoss, csQmi, hsic, squaredError } from "../../losses/index.ts";
import { closeTo, numbers } from "../../losses/numbers.fixture.ts";
import {
  dense,
  encoderDecoder,
  type FeatureModel,
  flat,
  linear,
  mlp,
  type RepresentationModel,
  sequential,
} from "../../models/index.ts";
import { adam, sgd } from "../../optimizers/index.ts";
import {
  type Batch,
  bottleneckObjective,
  csIbObjective,
  disposeState,
  featureObjective,
  fit,
  minibatches,
  nonlinearBottleneck,
  type Objective,
  predictor,
  supervised,
  variationalBottleneck,
} from "../index.ts";

const rows = 20;
const x = Float32Array.from({ length: 3 * rows }, (_, i) => Math.sin(5 * i + 1) * 1.5);
const y = Float32Array.from({ length: rows }, (_, i) => x[3 * i] + 0.3 * x[3 * i + 1] ** 2);
const examples = { x, shape: [3], y };
const model = mlp({ inputs: 3, hidden: [8, 4], outputs: 1 });
const all = Int32Array.from({ length: rows }, (_, i) => i);
const whole = (size = rows): Batch => minibatches(examples, { size, seed: 0 }).at(all);
const inputs = () => np.array(x.slice(), { shape: [rows, 3] });
const targets = () => np.array(y.slice(), { shape: [rows, 1] });
const close = closeTo(2e-5);

/** Features and outputs at the start. */
const started = () =>
  model.applyWithFeatures(model.init(keyOf(1)), inputs(), { training: true })[0] as {
    features: np.Array;
    output: np.Array;
  };
/** The loss of a first update, and the parameters after it. */
function updated(objective: Objective, batch = whole()): { loss: number; params: number[] } {
  const step = supervised({ model, objective, optimizer: sgd(0.1), hyper: { beta: 0.4 } });
  const [state, { loss }] = step.update(step.init(keyOf(1)), batch);
  const params = leavesOf(step.params(state)).flatMap((leaf) => numbers(leaf.ref));
  disposeState(state);
  step.dispose();
  return { loss: loss.item(), params };
}

describe("objectives of bottlenecks", () => {
  const objectives: { [name: string]: Objective } = {
    csIb: csIbObjective(model, ({ beta }) => ({ beta, sigmaX: 1.5 })),
    hsic: bottleneckObjective(model, ({ beta }) => ({ beta, sigmaT: 0.5, gamma: 0.2 })),
    qmi: bottleneckObjective(model, { measure: "csQmi", beta: 0.4 }),
  };

  it("are the losses of inputs, targets, outputs and last hidden features", () => {
    const { features, output } = started();
    const mse = () =>
      squaredError(output.ref.reshape([-1]), np.array(y))
        .mean()
        .item();
    const t = () => features.ref;
    const ib = csIbLoss(
      { x: inputs(), y: targets(), predictions: output.ref, t: t() },
      { beta: 0.4, sigmaX: 1.5 },
    );
    close([updated(objectives.csIb).loss], [ib.total.item()]);
    const dependence = hsic(inputs(), t(), { sigmaT: 0.5 }).item();
    const relevance = hsic(targets(), t()).item();
    close([updated(objectives.hsic).loss], [mse() + 0.4 * dependence - 0.2 * relevance]);
    const information = csQmi(inputs(), t(), { normalize: true }).item();
    close([updated(objectives.qmi).loss], [mse() + 0.4 * information]);
    for (const array of [features, output, ib.prediction, ib.compression]) array.dispose();
  });

  it.each(Object.entries(objectives))("of %s are the same for a padded batch", (_, objective) => {
    const [plain, padded] = [updated(objective), updated(objective, whole(32))];
    close([padded.loss], [plain.loss]);
    close(padded.params, plain.params);
  });

  it("of a loss of one's own see what the model sees", () => {
    const loss = featureObjective(model, ({ x, y, features, output }, { weights, key }) => {
      for (const array of [x, features, key]) array.dispose();
      return squaredError(output.reshape([-1]), y, { weights });
    });
    const { output, features } = started();
    features.dispose();
    close(
      [updated(loss, whole(32)).loss],
      [
        squaredError(output.reshape([-1]), np.array(y))
          .mean()
          .item(),
      ],
    );
  });

  it("take several targets a row, and inputs of any shape", () => {
    const two = mlp({ inputs: 3, hidden: [4], outputs: 2 });
    const step = supervised({ model: two, objective: csIbObjective(two), optimizer: sgd(0.1) });
    const batches = minibatches(
      { x, shape: [3], y: x.slice(0, 40), targetShape: [2] },
      { size: 20, seed: 1 },
    );
    const [state, { loss }] = step.update(step.init(keyOf(1)), batches.at(all));
    expect(Number.isFinite(loss.item())).toBe(true);
    disposeState(state);
    step.dispose();
  });

  it("refuse models without features, unknown options, and what the losses refuse", () => {
    // @ts-expect-error a model without features doesn't compile either
    expect(() => csIbObjective({ init: model.init, apply: model.apply })).toThrow(
      "model: expected a model with features (applyWithFeatures), got",
    );
    // @ts-expect-error the same
    expect(() => csIbObjective(model, { betta: 1 })).toThrow("got \"betta\": did you mean 'beta'?");
    // @ts-expect-error the same
    expect(() => updated(bottleneckObjective(model, { measure: "mmd" }))).toThrow(
      /^measure: expected one of/,
    );
    expect(() => updated(csIbObjective(model, { beta: -1 }))).toThrow(
      "beta: expected a finite number >= 0, got -1",
    );
  });
});

describe("features on their way", () => {
  const doubled = (features: np.Array): np.Array => features.mul(2);
  const coded = encoderDecoder({
    encoder: mlp({ inputs: 3, hidden: [5], outputs: 2 }),
    decoder: mlp({ inputs: 2, hidden: [], outputs: 1 }),
    size: 2,
    outputs: 1,
  });
  const layers = sequential([
    dense({ inputs: 3, outputs: 4 }),
    np.tanh,
    dense({ inputs: 4, outputs: 1 }),
  ]) as FeatureModel;

  it.each<[string, RepresentationModel]>([
    ["an mlp", model],
    ["a sequential", layers],
    ["an encoder and decoder", coded],
    ["a flat model", flat(model)],
  ])("of %s are replaced in the output, and returned as they were", (_, of) => {
    const variables = of.init(keyOf(2));
    const run = (replaceFeatures?: (features: np.Array) => np.Array) => {
      const { params, state } = variables;
      const [both] = of.applyWithFeatures({ params: refTree(params), state: refTree(state) }, inputs(), {
        training: true,
        replaceFeatures,
      });
      return { features: numbers(both.features), output: numbers(both.output) };
    };
    const plain = run();
    const changed = run(doubled);
    expect(plain.features).toHaveLength(rows * of.featureSize);
    expect(changed.features).toEqual(plain.features);
    // The last layer of all of them is linear, its bias 0 at the start.
    close(
      changed.output,
      plain.output.map((v) => 2 * v),
    );
    disposeTree([variables.params, variables.state]);
  });

  it("are those of the encoder", () => {
    const variables = coded.init(keyOf(3));
    const [t] = mlp({ inputs: 3, hidden: [5], outputs: 2 }).apply(
      { params: (refTree(variables.params) as { encoder: Tree }).encoder, state: {} },
      inputs(),
      { training: false },
    );
    const [{ features, output }] = coded.applyWithFeatures(variables, inputs(), { training: false });
    expect(numbers(features)).toEqual(numbers(t));
    expect(output.shape).toEqual([rows, 1]);
    output.dispose();
  });
});

describe("bottlenecks with noise", () => {
  const optimizer = adam(0.02);
  const makers = {
    variationalBottleneck: () => variationalBottleneck({ model, optimizer }),
    nonlinearBottleneck: () => nonlinearBottleneck({ model, optimizer }),
    trained: () => nonlinearBottleneck({ model, optimizer, noiseStd: "trained", form: "exponential" }),
  };
  type Maker = () => ReturnType<typeof variationalBottleneck>;
  const trainedBy = async (make: Maker, beta: number, epochs = 150) => {
    const step = make();
    const batches = minibatches(examples, { size: 10, seed: 1 });
    let state = step.init(random.key(3), { hyper: { beta } });
    for (let epoch = 0; epoch < epochs; epoch++)
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    return { step, state };
  };
  const predicted = ({ step, state }: Awaited<ReturnType<typeof trainedBy>>): number[] => {
    const predict = predictor(model);
    const found = numbers(predict(step.params(state), step.modelState(state), inputs()));
    predict.dispose();
    return found;
  };
  const mse = (f: number[]) => f.reduce((sum, v, i) => sum + (v - y[i]) ** 2 / rows, 0);

  it.each(Object.entries<Maker>(makers))(
    "%s learns, and predicts by the model alone, without noise",
    async (_, make) => {
      const run = await trainedBy(make, 1e-4);
      expect(leavesOf(run.step.params(run.state)).map(({ shape }) => shape)).toEqual(
        leavesOf(model.init(keyOf(0)).params).map(({ shape }) => shape),
      );
      const found = predicted(run);
      expect(predicted(run)).toEqual(found);
      expect(mse(found)).toBeLessThan(0.5 * mse(Array(rows).fill(y.reduce((a, b) => a + b) / rows)));
      disposeState(run.state);
    },
  );

  it.each(Object.entries<Maker>(makers))(
    "%s tells less of the inputs the more that costs",
    async (_, make) => {
      const told = [];
      for (const beta of [0, 10]) {
        const { step, state } = await trainedBy(make, beta, 60);
        const variables = { params: refTree(step.params(state)), state: refTree(step.modelState(state)) };
        const [{ features, output }] = model.applyWithFeatures(variables, inputs(), { training: false });
        output.dispose();
        told.push(np.var_(features).item());
        disposeState(state);
      }
      expect(told[1]).toBeLessThan(0.5 * told[0]);
    },
  );

  it("draws other noise at every step and for every key, and the same for the same", () => {
    const lossAt = (seed: number, steps: number): number => {
      const step = variationalBottleneck({ model, optimizer: sgd(0) });
      let state = step.init(random.key(seed));
      let loss = 0;
      for (let i = 0; i < steps; i++) {
        const [next, metrics] = step.update(state, whole());
        loss = metrics.loss.item();
        state = next;
      }
      disposeState(state);
      step.dispose();
      return loss;
    };
    expect(lossAt(1, 1)).toBe(lossAt(1, 1));
    expect(lossAt(1, 2)).not.toBe(lossAt(1, 1));
  });

  it("starts from the start of the plain model", () => {
    const step = nonlinearBottleneck({ model, optimizer, noiseStd: "trained" });
    const state = step.init(keyOf(7));
    const own = model.init(keyOf(7));
    expect(leavesOf(step.params(state)).map((leaf) => numbers(leaf.ref))).toEqual(
      leavesOf(own.params).map((leaf) => numbers(leaf)),
    );
    disposeState(state);
  });

  it("moves a deviation that is trained", async () => {
    const { state } = await trainedBy(makers.trained, 0, 20);
    const { extra } = state.params as unknown as { extra: { log: np.Array } };
    // Without a price of information noise only disturbs.
    expect(extra.log.ref.item()).toBeLessThan(-0.6);
    disposeState(state);
  });

  it("keeps the number of live buffers", async () => {
    const step = makers.trained();
    const batches = minibatches(examples, { size: 10, seed: 1 });
    let state = step.init(random.key(3));
    state = await fit({ step, state, batches: batches.epoch(0) });
    const before = liveBuffers();
    for (let epoch = 1; epoch < 20; epoch++)
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    expect(liveBuffers()).toBe(before);
    disposeState(state);
  });

  it("refuse a model that ignores the noise, a bad deviation, and unknown options", () => {
    const deaf: RepresentationModel = {
      ...model,
      applyWithFeatures: (variables, x, { replaceFeatures: _, ...options }) =>
        model.applyWithFeatures(variables, x, options),
    };
    const step = variationalBottleneck({ model: deaf, optimizer });
    expect(() => step.update(step.init(keyOf(1)), whole())).toThrow(
      /^model: expected one that makes its output of replaceFeatures, as variationalBottleneck needs/,
    );
    expect(() => nonlinearBottleneck({ model, optimizer, noiseStd: 0 })).toThrow(
      "noiseStd: expected a finite number > 0, got 0",
    );
    // @ts-expect-error neither compiles
    expect(() => variationalBottleneck({ model, optimizer, noiseStd: 1 })).toThrow(
      "variationalBottleneck: expected only the options",
    );
    // @ts-expect-error the same
    expect(() => variationalBottleneck({ model: linear, optimizer })).toThrow(
      /^model: expected a model with/,
    );
  });
});

describe("a loss of whole batches", () => {
  it("isn't the mean of its halves: a trainer must not split the batch", () => {
    const { features, output } = started();
    features.dispose();
    const of = (from: number, to: number) =>
      csConditional(
        inputs().slice([from, to]),
        targets().slice([from, to]),
        output.ref.slice([from, to]),
      ).item();
    const [halves, together] = [(of(0, 10) + of(10, 20)) / 2, of(0, 20)];
    expect(Math.abs(halves - together)).toBeGreaterThan(1e-3);
    output.dispose();
  });
});
