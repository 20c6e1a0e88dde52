import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import { hierarchicalSoftmaxLoss } from "minimand/losses";
import { targetRanks } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { hierarchicalLayer } from "./hierarchical-layer.ts";
import { denseScores, ranksOf, type Scores, transposed } from "./ranks.ts";
import { sampledLayer } from "./sampled-layer.ts";

const [classes, features, rows] = [23, 4, 6];
const wave = (n: number, phase: number) =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(7.3 * i + phase));
const hidden = wave(rows * features, 1);
const labels = Int32Array.of(0, 7, 22, 7, 13, 1);

/** The tree of a layer in the library's shapes. */
function treeOf({ top, w, columns }: Scores) {
  const groups = top?.groups ?? 0;
  const size = columns / groups;
  const leaves = new Float32Array(columns * features);
  for (let g = 0; g < groups; g++)
    for (let j = 0; j < features; j++)
      for (let k = 0; k < size; k++) leaves[(g * features + j) * size + k] = w[j * columns + g * size + k];
  return {
    topW: np.array(top?.w ?? new Float32Array(0), { shape: [features, groups] }),
    topB: np.zeros([groups]),
    leafW: np.array(leaves, { shape: [groups, features, size] }),
    leafB: np.zeros([groups, size]),
  };
}

describe("hierarchicalLayer", () => {
  it("makes the step of the library's loss: its value, its gradient for the body, its move of all weights", () => {
    const layer = hierarchicalLayer({ classes, features, seed: 3 });
    const before = treeOf(layer.scores());
    const run = compiledValueAndGrad((inputs: { [name: string]: np.Array }) => {
      const { h, topW, topB, leafW, leafB } = inputs;
      return hierarchicalSoftmaxLoss(h, np.array(labels), { topW, topB, leafW, leafB }).mean();
    });
    const h = np.array(Float32Array.from(hidden), { shape: [rows, features] });
    const kept = { topW: before.topW.ref, leafW: before.leafW.ref };
    const [value, gradient] = run({ h, ...before });
    const rate = 0.5;
    const { loss, gradHidden } = layer.step(hidden, labels, rate);
    expect(loss).toBeCloseTo(value.item(), 5);
    gradient.h.dataSync().forEach((g, i) => {
      expect(gradHidden[i]).toBeCloseTo(g, 5);
    });
    const after = treeOf(layer.scores());
    for (const name of ["topW", "leafW"] as const) {
      const moved = after[name].sub(kept[name]).dataSync();
      gradient[name].dataSync().forEach((g, i) => {
        expect(moved[i]).toBeCloseTo(-rate * g, 5);
      });
    }
    run.dispose();
  });
});

describe("sampledLayer", () => {
  const fresh = () => sampledLayer({ classes, features, seed: 5 });

  it("gives the gradient of its loss with respect to the hidden values", () => {
    const { gradHidden } = fresh().step(hidden, labels, 0.1);
    gradHidden.forEach((g, i) => {
      const at = (d: number) =>
        fresh().step(
          hidden.map((v, j) => (j === i ? v + d : v)),
          labels,
          0.1,
        ).loss;
      expect(g).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    });
  });

  it("lowers its loss step by step", () => {
    const layer = fresh();
    const losses = Array.from({ length: 200 }, () => layer.step(hidden, labels, 0.5).loss);
    expect(losses[199]).toBeLessThan(0.3 * losses[0]);
  });
});

describe("ranksOf", () => {
  const weights = wave(classes * features, 2);
  const product = (i: number, k: number) => {
    let sum = 0;
    for (let j = 0; j < features; j++) sum += weights[k * features + j] * hidden[i * features + j];
    return sum;
  };
  const scores = Array.from({ length: rows * classes }, (_, i) =>
    product(Math.floor(i / classes), i % classes),
  );

  it("agrees with the library's ranks of the scores", () => {
    const found = ranksOf(denseScores(weights, { classes, features }), hidden, labels);
    expect([...found]).toEqual([...targetRanks(labels, scores, classes)]);
  });

  it("ranks by the square of the distance from a centre where asked to", () => {
    const found = ranksOf(denseScores(weights, { classes, features, centre: 1 }), hidden, labels);
    const even = scores.map((v) => (v + 1) ** 2);
    expect([...found]).toEqual([...targetRanks(labels, even, classes)]);
  });

  it("ranks the classes of a tree by their probabilities, and no leaf that is no class", () => {
    const layer = hierarchicalLayer({ classes, features, seed: 8 });
    const every = Array.from({ length: classes }, (_, k) => {
      const h = np.array(Float32Array.from(hidden), { shape: [rows, features] });
      const y = np.array(new Int32Array(rows).fill(k));
      return hierarchicalSoftmaxLoss(h, y, treeOf(layer.scores())).dataSync();
    });
    const byRow = Array.from(
      { length: rows * classes },
      (_, i) => -every[i % classes][Math.floor(i / classes)],
    );
    const found = ranksOf(layer.scores(), hidden, labels);
    expect([...found]).toEqual([...targetRanks(labels, byRow, classes)]);
  });

  it("transposes into wider rows", () => {
    expect([...transposed([1, 2, 3, 4], 2, 2, 3)]).toEqual([1, 3, 0, 2, 4, 0]);
  });
});
