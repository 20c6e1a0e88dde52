import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import { crossEntropy, taylorSoftmaxSpec, zLossSpec } from "minimand/losses";
import { describe, expect, it } from "vitest";
import { denseOutputLayer } from "./dense-output-layer.ts";
import { difference, naiveStep, randomLabels, uniform } from "./naive.fixture.ts";

const [classes, features, m] = [301, 6, 5];
const shape = { classes, features };
const hidden = uniform(m * features, 2);
const labels = randomLabels(m, classes, 3);

describe("denseOutputLayer", () => {
  it.each([zLossSpec(), taylorSoftmaxSpec])("makes the textbook's steps of the family, %o", (loss) => {
    const weights = uniform(classes * features, 1);
    const layer = denseOutputLayer(weights, shape);
    for (let i = 0; i < 5; i++) {
      const batch = uniform(m * features, i);
      const options = { loss, learningRate: 0.1, reduction: i % 2 === 0 ? "sum" : "mean" } as const;
      const ours = layer.step(batch, labels, options);
      const theirs = naiveStep(weights, batch, labels, shape, options);
      expect(difference(ours.losses, theirs.losses)).toBeLessThan(1e-12);
      expect(difference(ours.gradHidden, theirs.gradHidden)).toBeLessThan(1e-12);
    }
    expect(difference(layer.toDense(), weights)).toBeLessThan(1e-12);
  });

  it.each([Float64Array, Float32Array])("makes the engine's steps of cross-entropy, %o", (FloatArray) => {
    const weights = FloatArray.from(uniform(classes * features, 1, 3));
    const layer = denseOutputLayer(weights, shape);
    const { losses, gradHidden } = layer.step(hidden, labels, { loss: "log-softmax", learningRate: 0.5 });
    const run = compiledValueAndGrad(([w, h]: np.Array[]) =>
      np.mean(crossEntropy(np.matmul(h, w.transpose()), np.array(Int32Array.from(labels)))),
    );
    const array = (x: Float64Array | Float32Array, rows: number) =>
      np.array(Float32Array.from(x), { shape: [rows, features] });
    const [loss, [gradW, gradH]] = run([array(weights, classes), array(hidden, m)]);
    expect(losses.reduce((a, b) => a + b) / m).toBeCloseTo(loss.item(), 4);
    expect(difference(gradHidden, gradH.dataSync())).toBeLessThan(1e-5);
    const gradient = gradW.dataSync();
    expect(
      difference(
        layer.toDense(),
        Float64Array.from(weights, (w, k) => w - 0.5 * gradient[k]),
      ),
    ).toBeLessThan(1e-5);
    run.dispose();
  });

  it("refuses what is no layer, no batch and no loss", () => {
    const weights = uniform(classes * features, 1);
    expect(() => denseOutputLayer(weights, { classes, features: 5 })).toThrow(
      "weights: expected 301 * 5 numbers",
    );
    const { step } = denseOutputLayer(weights, shape);
    const options = { loss: "log-softmax", learningRate: 1 } as const;
    expect(() => step(hidden, randomLabels(2 * m, classes, 3), options)).toThrow(
      "labels: expected 5 class ids",
    );
    expect(() => step(hidden, Int32Array.of(0, 1, 2, 3, 301), options)).toThrow(
      "labels: expected class ids from 0 to 300, got 301",
    );
    expect(() => step(hidden, labels, { ...options, loss: "softmax" as "log-softmax" })).toThrow(
      "loss: expected",
    );
  });
});
