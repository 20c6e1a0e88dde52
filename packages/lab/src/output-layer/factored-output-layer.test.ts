import fc from "fast-check";
import {
  type SphericalLossSpec,
  sphericalSoftmaxSpec,
  squaredErrorSpec,
  taylorSoftmaxSpec,
  upperBoundSpec,
  zLossSpec,
} from "minimand/losses";
import { describe, expect, it } from "vitest";
import { FactoredOutputLayer } from "./factored-output-layer.ts";
import { initialOutputWeights } from "./initial-output-weights.ts";
import { difference, naiveStep, randomLabels, uniform } from "./naive.fixture.ts";

/** Losses of the family with a rate at which a thousand steps of theirs stay bounded. */
const losses: [name: string, loss: SphericalLossSpec, rate: number][] = (
  [
    [zLossSpec(), 0.5],
    [zLossSpec({ a: 0.1, b: 10 }), 0.5],
    [taylorSoftmaxSpec, 0.1],
    [sphericalSoftmaxSpec({ eps: 0.1 }), 0.05],
    [squaredErrorSpec, 0.02],
    [upperBoundSpec(), 0.05],
  ] as const
).map(([loss, rate]) => [loss.name, loss, rate]);
const shape = { classes: 50, features: 7 };
const start = (seed = 1): Float64Array => uniform(shape.classes * shape.features, seed);

interface Course {
  loss: SphericalLossSpec;
  learningRate: number;
  steps: number;
  batch?: number;
  targets?: number;
  weightDecay?: number;
  clipNorm?: number;
  stabilizeEvery?: number;
  reduction?: "mean" | "sum";
}

/** Both layers side by side; returns the largest difference seen in losses, gradients, norms and, at the end, in W. */
function course(options: Course): { error: number; layer: FactoredOutputLayer; dense: Float64Array } {
  const { steps, batch = 8, targets = 1, stabilizeEvery = 100 } = options;
  const dense = start();
  const layer = new FactoredOutputLayer(start(), { ...shape, stabilizeEvery });
  let error = 0;
  for (let step = 0; step < steps; step++) {
    const hidden = uniform(batch * shape.features, 1000 + step);
    // Out of ten classes: with eight examples most batches hold one more than once.
    const labels = randomLabels(batch * targets, 10, 5000 + step);
    const ours = layer.step(hidden, labels, options);
    const theirs = naiveStep(dense, hidden, labels, shape, options);
    error = Math.max(
      error,
      difference(ours.losses, theirs.losses),
      difference(ours.gradHidden, theirs.gradHidden),
      Math.abs(ours.gradNorm - theirs.gradNorm),
    );
  }
  return { error: Math.max(error, difference(layer.toDense(), dense)), layer, dense };
}

describe("FactoredOutputLayer equals the dense layer", () => {
  it.each(losses)("over a thousand steps of the %s", (_, loss, learningRate) => {
    const { error, layer, dense } = course({ loss, learningRate, steps: 1000 });
    expect(error).toBeLessThan(1e-9);
    expect(difference(dense, start())).toBeGreaterThan(0.1);
    const { driftGram, driftInverse, driftSums } = layer.diagnostics();
    expect(Math.max(driftGram, driftInverse, driftSums)).toBeLessThan(1e-9);
  });

  it.each(losses)("with one example a batch, under the %s", (_, loss, learningRate) => {
    expect(course({ loss, learningRate, steps: 50, batch: 1 }).error).toBeLessThan(1e-9);
  });

  it.each(losses)("with more examples than features, under the %s", (_, loss, learningRate) => {
    expect(course({ loss, learningRate, steps: 50, batch: 21 }).error).toBeLessThan(1e-9);
  });

  it.each(losses)("with three targets an example, under the %s", (_, loss, learningRate) => {
    expect(course({ loss, learningRate, steps: 100, targets: 3 }).error).toBeLessThan(1e-9);
  });

  it.each(losses)("with weight decay, clipping and a sum, under the %s", (_, loss, learningRate) => {
    const extras = { weightDecay: 0.05, clipNorm: 0.5, reduction: "sum" } as const;
    expect(course({ loss, learningRate: learningRate / 8, steps: 200, ...extras }).error).toBeLessThan(1e-9);
    expect(
      course({ loss, learningRate: learningRate / 8, steps: 200, ...extras, batch: 13 }).error,
    ).toBeLessThan(1e-9);
  });

  it("for every size of batch and layer, with weights of examples and targets", () => {
    const size = fc.integer({ min: 1, max: 12 });
    const property = fc.property(
      size,
      size,
      size,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      (D, d, m, K, seed) => {
        const sizes = { classes: D + 1, features: d };
        const dense = uniform(sizes.classes * d, seed);
        const layer = new FactoredOutputLayer(dense.slice(), { ...sizes, stabilizeEvery: 2 });
        for (let step = 0; step < 5; step++) {
          const hidden = uniform(m * d, seed + step);
          const labels = randomLabels(m * K, D + 1, seed + step);
          const options = {
            loss: taylorSoftmaxSpec,
            learningRate: 0.05,
            weights: uniform(m, seed + step).map((x) => x + 1),
            targetWeights: uniform(m * K, seed + step).map((x) => x * x),
          };
          const ours = layer.step(hidden, labels, options);
          const theirs = naiveStep(dense, hidden, labels, sizes, options);
          expect(difference(ours.gradHidden, theirs.gradHidden)).toBeLessThan(1e-10);
          expect(difference(ours.losses, theirs.losses)).toBeLessThan(1e-10);
        }
        expect(difference(layer.toDense(), dense)).toBeLessThan(1e-10);
        expect(layer.diagnostics().driftGram).toBeLessThan(1e-10);
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it("straight after a stabilisation and after the factors became one", () => {
    const { layer, dense } = course({
      loss: squaredErrorSpec,
      learningRate: 0.02,
      steps: 150,
      stabilizeEvery: 0,
    });
    const conditionBefore = layer.diagnostics().conditionU;
    // The squared error shrinks U along every hidden vector: all its singular values are below the band.
    const { corrected, unfactored } = layer.stabilize();
    expect([corrected, unfactored]).toEqual([7, true]);
    expect(conditionBefore).toBeGreaterThan(1);
    expect(layer.diagnostics().conditionU).toBeCloseTo(1, 12);
    expect(difference(layer.toDense(), dense)).toBeLessThan(1e-12);
    const hidden = uniform(8 * 7, 3);
    // Along one direction only: one singular value leaves the band, the others stay.
    const direction = Float64Array.from(
      { length: 8 * 7 },
      (_, i) => hidden[Math.floor(i / 7)] * ((i % 7) - 2),
    );
    const labels = randomLabels(8, 50, 3);
    const options = { loss: squaredErrorSpec, learningRate: 0.02 };
    for (let i = 0; i < 12; i++) {
      layer.step(direction, labels, options);
      naiveStep(dense, direction, labels, shape, options);
    }
    expect(layer.stabilize()).toEqual({ corrected: 1, unfactored: false });
    expect(layer.stabilize()).toEqual({ corrected: 0, unfactored: false });
    expect(difference(layer.toDense(), dense)).toBeLessThan(1e-12);
    const ours = layer.step(hidden, labels, options);
    const theirs = naiveStep(dense, hidden, labels, shape, options);
    expect(difference(ours.gradHidden, theirs.gradHidden)).toBeLessThan(1e-12);
    expect(difference(layer.toDense(), dense)).toBeLessThan(1e-12);
    expect(layer.diagnostics().driftInverse).toBeLessThan(1e-12);
  });
});

describe("FactoredOutputLayer, where U strays far in a few steps,", () => {
  it.each([
    ["float64", 1e-9],
    ["float32", 1e-4],
  ] as const)("does not wait for the next look: %s", (precision, tolerance) => {
    const dense = start();
    const weights = precision === "float64" ? start() : Float32Array.from(start());
    const layer = new FactoredOutputLayer(weights, { ...shape, stabilizeEvery: 0 });
    const hidden = uniform(shape.features, 6);
    const square = hidden.reduce((sum, x) => sum + x * x, 0);
    // Every step leaves a tenth of the scores; forty of them leave nothing of U along this direction.
    const options = { loss: squaredErrorSpec, learningRate: 0.45 / square };
    for (let step = 0; step < 40; step++) {
      layer.step(hidden, Int32Array.of(step % 9), options);
      naiveStep(dense, hidden, Int32Array.of(step % 9), shape, options);
    }
    expect(difference(layer.toDense(), dense)).toBeLessThan(tolerance);
    expect(layer.diagnostics().conditionU).toBeLessThan(1e4);
  });
});

describe("FactoredOutputLayer", () => {
  const hidden = uniform(4 * shape.features, 8);
  const labels = Int32Array.of(3, 9, 3, 49);
  const options = { loss: zLossSpec({ a: 0.5, b: 2 }), learningRate: 0.1 };
  const layerOf = (): FactoredOutputLayer => new FactoredOutputLayer(start(), shape);

  it("gives the losses and statistics without an update, and the gradient without one", () => {
    const layer = layerOf();
    const scores = layer.scores(hidden);
    const rows = Array.from({ length: 4 }, (_, i) => scores.subarray(i * 50, (i + 1) * 50));
    const { q, s, a } = layer.forward(hidden, labels);
    expect(
      difference(
        q,
        rows.map((row) => row.reduce((x, y) => x + y * y, 0)),
      ),
    ).toBeLessThan(1e-12);
    expect(
      difference(
        s,
        rows.map((row) => row.reduce((x, y) => x + y, 0)),
      ),
    ).toBeLessThan(1e-12);
    expect(
      difference(
        a,
        rows.map((row, i) => row[labels[i]]),
      ),
    ).toBeLessThan(1e-12);
    const before = layer.save();
    const values = layer.loss(hidden, labels, options);
    expect(layer.backward(hidden, labels, options).losses).toEqual(values);
    expect(layer.save()).toEqual(before);
    layer.update(options);
    expect(layer.updates).toBe(1);
    const other = layerOf();
    other.step(hidden, labels, options);
    expect(other.save()).toEqual(layer.save());
    expect(layer.loss(hidden, labels, options)[0]).toBeLessThan(values[0]);
  });

  it("keeps the sum of the rows under the Z-loss, and W only grows: by the norm of the gradient, step after step", () => {
    const layer = layerOf();
    const trace = (): number => Float64Array.from(layer.toDense()).reduce((sum, x) => sum + x * x, 0);
    const sums = layer.save().sums;
    for (let step = 0; step < 20; step++) {
      const before = trace();
      const batch = uniform(4 * shape.features, step);
      const { gradNorm } = layer.step(batch, randomLabels(4, 50, step), { ...options, learningRate: 2 });
      expect(trace()).toBeCloseTo(before + (2 * gradNorm) ** 2, 8);
    }
    expect(difference(layer.save().sums, sums)).toBeLessThan(1e-10);
    expect(trace()).toBeGreaterThan(1.05 * start().reduce((sum, x) => sum + x * x, 0));
  });

  it("gives scores of all classes and of some, as the dense weights do", () => {
    const layer = layerOf();
    for (let i = 0; i < 5; i++) layer.step(hidden, labels, { ...options, loss: taylorSoftmaxSpec });
    const dense = Float64Array.from(layer.toDense());
    const expected = Float64Array.from({ length: 4 * 50 }, (_, at) => {
      const [i, c] = [Math.floor(at / 50), at % 50];
      return dense.subarray(c * 7, c * 7 + 7).reduce((sum, w, j) => sum + w * hidden[i * 7 + j], 0);
    });
    expect(difference(layer.scores(hidden), expected)).toBeLessThan(1e-12);
    const some = Int32Array.of(0, 49, 3);
    const picked = [...expected.keys()].filter((at) => some.includes(at % 50));
    const inOrder = Array.from({ length: 4 }, (_, i) => [...some].map((c) => expected[i * 50 + c])).flat();
    expect(picked.length).toBe(inOrder.length);
    expect(difference(layer.scoresFor(hidden, some), inOrder)).toBeLessThan(1e-12);
  });

  it("does nothing at a rate of 0", () => {
    const layer = layerOf();
    const before = layer.save();
    layer.step(hidden, labels, { ...options, learningRate: 0 });
    expect({ ...layer.save(), updates: 0 }).toEqual(before);
  });

  it("takes no notice of dead rows under the Z-loss", () => {
    const dead = hidden.slice();
    dead.fill(0, 7, 14);
    const layer = layerOf();
    const { gradHidden, losses } = layer.step(dead, labels, options);
    expect([...gradHidden.subarray(7, 14)]).toEqual(Array(7).fill(0));
    expect(losses[1]).toBeCloseTo(Math.log1p(Math.exp(1)) / 0.5, 12);
  });

  it("saves and loads, also through the constructor, and goes on as if nothing had been", () => {
    const layer = layerOf();
    for (let i = 0; i < 3; i++) layer.step(hidden, labels, options);
    const saved = structuredClone(layer.save());
    const other = new FactoredOutputLayer(saved, shape);
    const third = layerOf();
    third.load(saved);
    for (const each of [layer, other, third]) each.step(hidden, labels, options);
    expect(other.save()).toEqual(layer.save());
    expect(third.save()).toEqual(layer.save());
    expect(third.updates).toBe(4);
    // The arrays of the saved data are not shared.
    expect(saved.values).not.toEqual(layer.save().values);
  });

  it("computes its moments anew", () => {
    const layer = layerOf();
    for (let i = 0; i < 30; i++) layer.step(hidden, labels, { loss: squaredErrorSpec, learningRate: 0.01 });
    const saved = layer.save();
    const spoilt = { ...saved, gram: saved.gram.map((x) => x + 0.1), sums: saved.sums.map((x) => x - 0.1) };
    layer.load(spoilt);
    expect(layer.diagnostics().driftGram).toBeGreaterThan(1e-3);
    expect(layer.diagnostics().driftSums).toBeGreaterThan(1e-3);
    layer.refresh();
    expect(difference(layer.save().gram, saved.gram)).toBeLessThan(1e-12);
    expect(difference(layer.save().sums, saved.sums)).toBeLessThan(1e-12);
    expect(layer.diagnostics().driftGram).toBe(0);
  });

  it.each([
    ["Z-loss", zLossSpec(), 0.05],
    ["log-Taylor softmax", taylorSoftmaxSpec, 0.05],
    ["squared error", squaredErrorSpec, 0.003],
  ])(
    "stays within 1e-4 of float64 over 1,500 steps with V in float32, under the %s",
    (_, loss, learningRate) => {
      const sizes = { classes: 300, features: 16 };
      const weights = initialOutputWeights({ ...sizes, seed: 4, precision: "float32" });
      const dense = Float64Array.from(weights);
      const layer = new FactoredOutputLayer(weights, { ...sizes, stabilizeEvery: 50 });
      for (let step = 0; step < 1500; step++) {
        const batch = uniform(8 * 16, step, Math.sqrt(3));
        const targets = randomLabels(8, 300, step);
        layer.step(batch, targets, { loss, learningRate, reduction: "sum" });
        naiveStep(dense, batch, targets, sizes, { loss, learningRate, reduction: "sum" });
      }
      const size = Math.max(...dense.map(Math.abs));
      expect(layer.toDense()).toBeInstanceOf(Float32Array);
      expect(difference(layer.toDense(), dense) / size).toBeLessThan(1e-4);
    },
  );
});
