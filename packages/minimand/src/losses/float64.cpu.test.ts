import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "../engine/compile.ts";
import { differentiate } from "../engine/differentiate.ts";
import { conformingBatchLosses } from "./batch-conformance.ts";
import { scoreOrientedLoss } from "./classification/index.ts";
import { conformingLosses } from "./conformance.ts";
import { conformingPairLosses } from "./distillation/pair-conformance.ts";
import { marginSoftmax } from "./margin/index.ts";
import { everyMargin } from "./margin/margins.fixture.ts";
import { scalarLosses } from "./scalar-conformance.ts";

/*
 * The engine keeps all digits of a number in an eager operation and those of float32 in a compiled one. The house's compiler
 * gives every number of a loss (its parameters, 1/3, pi) its digits, so that both agree: on the cpu device, whose functions
 * are exact.
 */
type Loss = (first: np.Array, ...rest: np.Array[]) => np.Array;

const waves = (shape: number[], phase: number, scale = 1.7): np.Array => {
  const size = shape.reduce((a, b) => a * b, 1);
  return np.array(
    Float64Array.from({ length: size }, (_, i) => Math.cos(2 * i + phase) * scale),
    { shape },
  );
};
const weights = (n: number): np.Array => np.array(Float64Array.from({ length: n }, (_, i) => 0.3 + 0.7 * i));
const ids = (...labels: number[]): np.Array => np.array(Int32Array.from(labels));

function expectSameCompiled(loss: Loss, inputs: () => np.Array[]): void {
  const scalar = differentiate((first: np.Array, ...rest: np.Array[]) => {
    const value = loss(first, ...rest);
    return [value.ndim === 0 ? value : value.mean(), []];
  });
  const both = (one: np.Array, ...given: np.Array[]): np.Array[] => {
    const [[value], gradient] = scalar(one, ...(given as [np.Array]));
    return [value, gradient];
  };
  const compiled = compileWithJit(both as never) as unknown as typeof both & { dispose(): void };
  const [value, gradient] = compiled(1 as never, ...inputs()).map((x) => Array.from(x.dataSync()));
  const [eager, slope] = both(np.array(1), ...inputs()).map((x) => Array.from(x.dataSync()));
  const largest = Math.max(...slope.map(Math.abs));
  expect(Math.abs(value[0] - eager[0])).toBeLessThanOrEqual(1e-13 * Math.abs(eager[0]));
  for (const [i, g] of gradient.entries())
    expect(Math.abs(g - slope[i])).toBeLessThanOrEqual(1e-13 * largest);
  compiled.dispose();
}

describe("value and gradient in float64 are the same compiled and eagerly:", () => {
  it.each(conformingLosses.map((c) => [c.name, c] as const))("%s", (_, { loss, idsOnly }) => {
    const f: Loss = (logits, labels, w) => loss(logits, labels, { weights: w });
    const rows = [0.1, 0.2, 0.3, 0.4, 0.7, 0.1, 0.1, 0.1, 0.25, 0.15, 0.35, 0.25];
    const labels = () => (idsOnly ? ids(2, 0, 3) : np.array(Float64Array.from(rows), { shape: [3, 4] }));
    expectSameCompiled(f, () => [waves([3, 4], 0.5), labels(), weights(3)]);
  });

  it.each(scalarLosses.map((c) => [c.name, c] as const))("%s", (_, { loss, target }) => {
    const targets = () => (target === "label" ? ids(1, 0, 1) : waves([3], 1.1));
    expectSameCompiled(
      (f, y, w) => loss(f, y, { weights: w }),
      () => [waves([3], 0.5), targets(), weights(3)],
    );
  });

  it.each(conformingBatchLosses.map((c) => [c.name, c] as const))("%s", (_, { loss, classes }) => {
    expectSameCompiled(
      (f, y, w) => loss(f, y, { weights: w }),
      () => [waves([5, classes], 0.5, 0.1), ids(0, 1, 1, 0, classes - 1), weights(5)],
    );
  });

  it.each(conformingPairLosses.map((c) => [c.name, c] as const))("%s", (_, { loss }) => {
    for (const temperature of [0.3, 2.7])
      expectSameCompiled(
        (s, t, w) => loss(s, t, { weights: w, temperature }),
        () => [waves([3, 4], 0.5), waves([3, 4], 1.9), weights(3)],
      );
  });

  it.each(everyMargin.map((m) => [m.name, m] as const))("marginSoftmax, %s", (_, { make }) => {
    expectSameCompiled(
      (e, w) => marginSoftmax(e, w, ids(0, 3, 1, 2, 2, 0), make("float64")),
      () => [waves([6, 5], 1), waves([5, 4], 0.3)],
    );
  });
});

it("the score-oriented loss has the slope of its formula near the edge of the support", () => {
  const [mu, delta, p] = [0.5, 0.3, 0.2034];
  const accuracy = differentiate((scores: np.Array, labels: np.Array) => [
    scoreOrientedLoss(scores, labels, { metric: "accuracy", distribution: "cosine", mu, delta }),
    [],
  ]);
  const compiled = compileWithJit((one: np.Array, scores: np.Array, labels: np.Array): np.Array[] => {
    const [[value], gradient] = accuracy(one, scores, labels);
    value.dispose();
    return [gradient];
  });
  // Two positives of two: the loss is 1 minus the mean of F, whose density is (1 + cos(pi u)) / (2 delta).
  const [gradient] = compiled(1 as never, np.array(Float64Array.of(p, 0.6)), ids(1, 1));
  const slope = -(1 + Math.cos((Math.PI * (p - mu)) / delta)) / (4 * delta);
  expect(gradient.dataSync()[0] / slope - 1).toBeCloseTo(0, 10);
  compiled.dispose();
});
