import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, it } from "vitest";
import {
  aggregateLoss,
  batchPrototypicalLoss,
  binaryCrossEntropy,
  infoNceLoss,
  marginCrossEntropy,
  marginSoftmax,
  ntXentLoss,
  supConLoss,
  trajectoryLoss,
  weightedBce,
} from "./index.ts";
import { expectAsInFloat64, largeMargin } from "./large-margins.fixture.ts";

/*
 * Losses of logits, or of similarities that are multiplied by a large number, whose arguments no conformance suite has.
 */
const [rows, width] = [6, 4];
const ids = (classes: number) => np.array(Int32Array.from({ length: rows }, (_, i) => i % classes));
const waves = (phase: number) => Array.from({ length: rows * width }, (_, i) => Math.sin(3 * i + phase));
const matrix = (values: readonly number[], shape = [rows, width]) =>
  np.array(Float32Array.from(values), { shape });
/** One score a row, of labels 0 and 1 in turn. */
const ofLabels = Array.from({ length: rows }, (_, i) => (i % 2 === 1 ? 1 : -1) * largeMargin(i));

interface Case {
  name: string;
  loss: (x: np.Array, second: np.Array) => np.Array;
  far: number[];
  shape: number[];
  second: () => np.Array;
}

const binary: Case[] = [
  ["binaryCrossEntropy", binaryCrossEntropy] as const,
  ["weightedBce", (z: np.Array, y: np.Array) => weightedBce(z, y, { positiveRate: 0.3 })] as const,
  [
    "aggregateLoss",
    (z: np.Array, bags: np.Array) => aggregateLoss(z, bags, np.array([0.5, 2]).astype(z.dtype), { rho: 0.3 }),
  ] as const,
].map(([name, loss]) => ({ name, loss, far: ofLabels, shape: [rows], second: () => ids(2) }));

/** Similarities times 60 and 300. */
const similarities: Case[] = [60, 300].flatMap((scale): Case[] => {
  const options = { temperature: 1 / scale };
  const of = (name: string, loss: Case["loss"], second: () => np.Array, values = waves(1)): Case => ({
    name: `${name}, ${scale} times the similarity`,
    loss,
    second,
    shape: [rows, width],
    far: values,
  });
  return [
    of(
      "infoNceLoss",
      (x, keys) => infoNceLoss(x, keys, options),
      () => matrix(waves(2)),
    ),
    of(
      "ntXentLoss",
      (x, y) => ntXentLoss(x, y, options),
      () => ids(2),
    ),
    of(
      "supConLoss",
      (x, y) => supConLoss(x, y, options),
      () => ids(2),
    ),
    of(
      "marginSoftmax",
      (x, centres) => marginSoftmax(x, centres, ids(4), { scale, margin: { kind: "arcface", m: 0.4 } }),
      () => matrix(waves(0.7).slice(0, 16), [4, width]),
    ),
    of(
      "marginCrossEntropy",
      (x, y) => marginCrossEntropy(x, y, { scale, margin: { kind: "cosface", m: 0.4 } }),
      () => ids(4),
      waves(1).map((v) => 0.9 * v),
    ),
    of(
      "batchPrototypicalLoss",
      (x, y) => batchPrototypicalLoss(x.mul(Math.sqrt(scale)), y, { classes: 2 }),
      () => ids(2),
    ),
    of(
      "trajectoryLoss",
      (x, past) => trajectoryLoss(x.mul(scale), past, { tau: 3 }),
      () => matrix(waves(2)),
    ),
  ];
});

describe.each([...binary, ...similarities])("$name", ({ loss, far, shape, second }) => {
  it("has values and gradients of float64 at large margins", () => {
    const values = jit(loss);
    const gradient = jit(grad((x: np.Array, y: np.Array) => loss(x, y).mean()));
    expectAsInFloat64(loss, { values, gradient }, far, shape, second);
  });
});
