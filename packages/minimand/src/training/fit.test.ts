import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { crossEntropy, focal } from "../losses/index.ts";
import { flat, linear, mlp, weightRows } from "../models/index.ts";
import { adamw, sgd } from "../optimizers/index.ts";
import { type Batch, minibatches } from "./batches.ts";
import { compilerOfBlocks } from "./blocks.fixture.ts";
import { fit, NonFiniteError } from "./fit.ts";
import { objectiveOf } from "./objective.ts";
import { predictor } from "./predict.ts";
import { someBatches } from "./some-batches.ts";
import { batchesOf, halfPlanes } from "./steps.fixture.ts";
import { supervised } from "./supervised.ts";

const model = linear({ inputs: 2, outputs: 2 });
const stepWith = (loss: Parameters<typeof objectiveOf>[1]) =>
  supervised({
    model,
    objective: objectiveOf(model, loss),
    optimizer: ({ learningRate }) => sgd(learningRate),
  });
const plain = () => stepWith((f, y, { weights }) => crossEntropy(f, y, { weights }));
const hyper = { learningRate: 0.1 };

function* repeated(epochs: number) {
  const batches = batchesOf();
  for (let epoch = 0; epoch < epochs; epoch++) yield* batches.epoch(epoch);
}

it("some batches are those of one epoch after the other, the last one cut", () => {
  const batches = batchesOf();
  const { perEpoch } = batches;
  const rowsOf = (some: Iterable<Batch>) =>
    Array.from(some, ({ x, y, weights, ids }) => {
      for (const array of [x, y, weights]) array.dispose();
      return ids;
    });
  const expected = rowsOf(repeated(2)).slice(0, perEpoch + 1);
  expect(expected[0]).not.toEqual(expected[perEpoch]);
  expect(rowsOf(someBatches(batches, perEpoch + 1))).toEqual(expected);
  expect([...someBatches(batches, 0)]).toEqual([]);
});

describe("fit", () => {
  it("reports each step with its number and loss, and stops when told to", async () => {
    const step = plain();
    const seen: number[] = [];
    await fit({
      step,
      state: step.init(random.key(0), { hyper }),
      batches: repeated(10),
      onStep: ({ step: n, metrics }) => {
        seen.push(n);
        expect(metrics.loss).toBeGreaterThan(0);
        return n < 6;
      },
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("tells the scalars of every step, also of steps that are made together", async () => {
    let blocks = 0;
    const compile = compilerOfBlocks(() => ++blocks > 0);
    const losses: number[][] = [];
    for (const [compiler, callback] of [
      [compile, "onMetrics"],
      [undefined, "onStep"],
    ] as const) {
      const step = supervised({
        model,
        objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
        optimizer: sgd(0.1),
        compile: compiler,
      });
      const seen: number[] = [];
      const tell = ({ loss }: { loss: number }, n: number) => void seen.splice(n, 1, loss);
      await fit({
        step,
        state: step.init(random.key(0)),
        batches: repeated(7),
        ...(callback === "onMetrics"
          ? { onMetrics: tell }
          : { onStep: ({ metrics, step: n }) => tell(metrics, n) }),
      });
      losses.push(seen);
      step.dispose();
    }
    expect(blocks).toBe(2);
    expect(losses[0]).toHaveLength(21);
    expect(losses[0]).toEqual(losses[1]);
  });

  it("stops at the first non-finite value with an error that names step and value, and frees its arrays", async () => {
    const step = stepWith((f, y, { weights, hyper: h }) =>
      crossEntropy(f.mul(h.learningRate), y, { weights }),
    );
    const run = () =>
      fit({
        step,
        state: step.init(random.key(0), { hyper: { learningRate: 1e20 } }),
        batches: repeated(10),
      });
    await expect(run()).rejects.toThrow(NonFiniteError);
    const before = liveBuffers();
    await expect(run()).rejects.toThrow(/loss: expected a finite number at step \d+, got (NaN|Infinity)/);
    expect(liveBuffers()).toBe(before);
  });

  it("refuses hyperparameters that were not given, instead of training with some default", async () => {
    const step = stepWith((f, y, { weights, hyper: h }) => focal(f, y, { weights, gamma: h.gama }));
    const run = fit({
      step,
      state: step.init(random.key(0), { hyper: { learningRate: 0.1, gamma: 2 } }),
      batches: repeated(1),
    });
    await expect(run).rejects.toThrow(
      "hyper.gama: expected one of those given to init (gamma, learningRate), got undefined",
    );
  });

  it("can be aborted, while timers run", async () => {
    const step = plain();
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 30);
    const endless = repeated(1_000_000);
    await expect(
      fit({ step, state: step.init(random.key(0), { hyper }), batches: endless, signal: controller.signal }),
    ).rejects.toThrow("enough");
  });
});

describe("minibatches", () => {
  it("show every example once an epoch, in another order each, and pad the last batch with weight 0", () => {
    const batches = minibatches(halfPlanes(), { size: 32, seed: 5 });
    const epoch = (n: number) => [...batches.epoch(n)];
    const ids = (n: number) => epoch(n).flatMap((b) => [...b.ids]);
    expect([...ids(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, i) => i));
    expect(ids(0)).toEqual(ids(0));
    expect(ids(0)).not.toEqual(ids(1));
    const last = epoch(0)[2];
    expect(last.rows).toBe(26);
    expect(last.x.shape).toEqual([32, 2]);
    expect([...(last.weights.dataSync() as Float32Array)]).toEqual([
      ...Array(26).fill(1),
      ...Array(6).fill(0),
    ]);
  });

  it("carry the weight of each example, and 0 for padding", () => {
    const weights = Float32Array.from({ length: 90 }, (_, i) => 0.5 + i);
    const batch = minibatches({ ...halfPlanes(), weights }, { size: 4, seed: 0 }).at(Int32Array.of(7, 2, 80));
    expect([...(batch.weights.dataSync() as Float32Array)]).toEqual([7.5, 2.5, 80.5, 0]);
  });

  it("carry ids as integers, in batches padded with 0", () => {
    const examples = {
      x: Int32Array.of(3, 1, 0, 2, 2, 3),
      shape: [2],
      y: Int32Array.of(0, 1, 0),
      vocabulary: 4,
    };
    const { x } = minibatches(examples, { size: 4, seed: 0 }).at(Int32Array.of(2, 0));
    expect(x.dtype).toBe("int32");
    expect(x.js()).toEqual([
      [2, 3],
      [3, 1],
      [0, 0],
      [0, 0],
    ]);
    for (const [vocabulary, id] of [
      [3, 3],
      [2, 3],
    ])
      expect(() => minibatches({ ...examples, vocabulary }, { size: 4, seed: 0 })).toThrow(
        `x, row 0: expected ids from 0 to ${vocabulary - 1}, got ${id}`,
      );
  });

  it("carry several targets an example where they are told their shape", () => {
    const examples = {
      ...halfPlanes(),
      y: Float32Array.from({ length: 180 }, (_, i) => i),
      targetShape: [2, 1],
    };
    const { classes, ...sequences } = examples;
    const batches = minibatches(sequences, { size: 3, seed: 0 });
    expect(batches.count).toBe(90);
    expect(batches.at(Int32Array.of(7, 0)).y.js()).toEqual([
      [[14], [15]],
      [[0], [1]],
      [[0], [0]],
    ]);
    expect(() => minibatches(examples, { size: 3, seed: 0 })).toThrow(
      "y, row 1: expected class ids from 0 to 1, got 2",
    );
    expect(() => minibatches({ ...sequences, y: new Float32Array(181) }, { size: 3, seed: 0 })).toThrow(
      "y: expected rows of 2 numbers, got Float32Array(181)",
    );
  });

  it("refuse values that can't be trained on, naming the row", () => {
    const good = halfPlanes();
    const bad = (change: Partial<typeof good>) => () =>
      minibatches({ ...good, ...change }, { size: 8, seed: 0 });
    const x = good.x.slice();
    x[7] = Number.POSITIVE_INFINITY;
    expect(bad({ x })).toThrow("x, row 3: expected finite numbers, got Infinity");
    const y = (good.y as Int32Array).slice();
    y[4] = 2;
    expect(bad({ y })).toThrow("y, row 4: expected class ids from 0 to 1, got 2");
    expect(bad({ x: good.x.subarray(2) })).toThrow("x: expected 90 rows of 2 numbers, got Float32Array(178)");
    expect(bad({ y: [1] as never })).toThrow(TypeError);
    expect(() => minibatches(good, { size: 0, seed: 0 })).toThrow("size: expected an integer >= 1, got 0");
  });

  it("do not let padding change a step", async () => {
    const run = async (size: number) => {
      const step = plain();
      const rows = Int32Array.from({ length: 20 }, (_, i) => i);
      const state = await fit({
        step,
        state: step.init(random.key(0), { hyper }),
        batches: [minibatches(halfPlanes(), { size, seed: 0 }).at(rows)],
      });
      return (state.params as { weight: np.Array }[])[0].weight.js();
    };
    const [exact, padded] = [await run(20), await run(50)] as number[][][];
    exact.flat().forEach((w, i) => {
      expect(w).toBeCloseTo(padded.flat()[i], 6);
    });
  });
});

describe("models", () => {
  it("start the same for the same key, with the deviations they promise", () => {
    const net = mlp({ inputs: 100, hidden: [200], outputs: 50 });
    const weights = (seed: number) => {
      const { params } = net.init(random.key(seed));
      return (params as { weight: np.Array; bias: np.Array }[]).map((l) => [
        ...(l.weight.ref.dataSync() as Float32Array),
      ]);
    };
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
    const deviation = (w: number[]) => Math.sqrt(w.reduce((s, v) => s + v * v, 0) / w.length);
    const [hidden, output] = weights(1);
    expect(deviation(hidden)).toBeCloseTo(Math.sqrt(2 / 100), 2);
    expect(deviation(output)).toBeCloseTo(Math.sqrt(1 / 200), 2);
  });

  it("give, flat, the same outputs and the same training as in their own shapes", async () => {
    const net = mlp({ inputs: 2, hidden: [8], outputs: 2 });
    const train = async (m: typeof net) => {
      const step = supervised({
        model: m,
        objective: objectiveOf(m, (f, y, { weights }) => crossEntropy(f, y, { weights })),
        optimizer: sgd(0.1),
      });
      const state = await fit({ step, state: step.init(random.key(4)), batches: repeated(3) });
      const out = predictor(m)(
        step.params(state),
        step.modelState(state),
        np.array([
          [1, -1],
          [0.5, 2],
        ]),
      );
      return (out.js() as number[][]).flat();
    };
    const [own, vector] = [await train(net), await train(flat(net))];
    own.forEach((v, i) => {
      expect(vector[i]).toBeCloseTo(v, 5);
    });
  });

  it("do not notice that weights have rows for fours of inputs, and leave the rows beyond at zero", async () => {
    expect([1, 4, 30].map(weightRows)).toEqual([4, 4, 32]);
    const net = mlp({ inputs: 2, hidden: [5], outputs: 2 });
    const step = supervised({
      model: net,
      objective: objectiveOf(net, (f, y, { weights }) => crossEntropy(f, y, { weights })),
      optimizer: adamw(0.05),
    });
    const state = await fit({ step, state: step.init(random.key(4)), batches: repeated(3) });
    const [first, second] = (state.params as { weight: np.Array }[]).map(
      (l) => l.weight.ref.js() as number[][],
    );
    expect([first.length, second.length]).toEqual([4, 8]);
    for (const row of [...first.slice(2), ...second.slice(5)]) expect(row.every((w) => w === 0)).toBe(true);
    expect(
      first
        .slice(0, 2)
        .flat()
        .some((w) => w !== 0),
    ).toBe(true);
    // The same outputs by hand, from the rows that belong to inputs.
    const biases = (state.params as { bias: np.Array }[]).map((l) => l.bias.ref.js() as number[]);
    const input = [0.7, -1.2];
    const layer = (x: number[], w: number[][], b: number[]) =>
      b.map((v, j) => x.reduce((s, xi, i) => s + xi * w[i][j], v));
    const hidden = layer(input, first, biases[0]).map((v) => Math.max(v, 0));
    const expected = layer(hidden, second, biases[1]);
    const out = predictor(net)(step.params(state), step.modelState(state), np.array([input]));
    (out.js() as number[][])[0].forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i], 4);
    });
  });

  it("normalise by the rows that count while training, and by running statistics afterwards", () => {
    const net = mlp({ inputs: 1, hidden: [1], outputs: 1, batchNorm: true });
    const weights = np.array([1, 1, 1, 0]);
    const apply = (x: number[], training: boolean) => {
      const { params, state } = net.init(random.key(3));
      const [out, next] = net.apply({ params, state }, np.array(x).reshape([-1, 1]), {
        training,
        ...(training && { weights: weights.ref }),
      });
      return { out: (out.js() as number[][]).flat(), next: next as { mean: np.Array }[] };
    };
    const a = apply([1, 2, 3, 50], true);
    const b = apply([1, 2, 3, -70], true);
    expect(b.out.slice(0, 3)).toEqual(a.out.slice(0, 3));
    expect(b.next[0].mean.js()).toEqual(a.next[0].mean.js());
    expect(apply([1, 2], false).out[0]).toBeCloseTo(apply([1, 9], false).out[0], 6);
  });

  it("refuse inputs of another width, and sizes that are none", () => {
    const { params, state } = model.init(random.key(0));
    expect(() => model.apply({ params, state }, np.zeros([3, 5]), { training: false })).toThrow(
      "x: expected shape [batch, 2], got float32[3, 5]",
    );
    expect(() => mlp({ inputs: 2, hidden: [0], outputs: 1 })).toThrow(
      "hidden[0]: expected an integer >= 1, got 0",
    );
    expect(() => mlp({ inputs: 2, hidden: [], outputs: 1, activation: "gelu" as never })).toThrow(
      'activation: expected one of "relu", "tanh"',
    );
  });
});
