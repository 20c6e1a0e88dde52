import { lax, nn, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { describe, it } from "vitest";
import { agrees, filled, type Values } from "./conformance.ts";

/** Class numbers. */
const labels = (n: number, classes: number): Values => ({
  dtype: "int32",
  shape: [n],
  data: Array.from({ length: n }, (_, i) => (7 * i + 2) % classes),
});

/** The mean over examples of -log softmax at the label. */
function crossEntropy(logits: np.Array, y: np.Array): np.Array {
  const [, classes] = logits.shape;
  const at = np.equal(np.arange(classes).astype(np.int32), y.reshape([-1, 1]));
  return np.where(at, nn.logSoftmax(logits), 0).sum(-1).neg().mean();
}

/** Largest entries of two by two windows. */
function halve(x: np.Array): np.Array {
  const [batch, channels, height, width] = x.shape;
  return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
}

describe.each([
  ["float32", 3e-6],
  ["float64", 1e-13],
] as const)("values and gradients of %s are those of the cpu device", (dtype, error) => {
  const close = { relative: error, absolute: error };

  it("for a network of convolutions", async () => {
    type Weights = [k1: np.Array, b1: np.Array, k2: np.Array, b2: np.Array, w: np.Array];
    const loss = ([k1, b1, k2, b2, w]: Weights, x: np.Array, y: np.Array): np.Array => {
      const first = lax.convGeneralDilated(x, k1, [1, 1], "SAME").add(b1.reshape([1, -1, 1, 1]));
      const second = lax.convGeneralDilated(
        halve(nn.relu(first)),
        k2,
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      );
      const features = nn.relu(second.add(b2.reshape([1, -1, 1, 1]))).reshape([3, -1]);
      return crossEntropy(np.matmul(features, w), y);
    };
    await agrees({
      name: "convolutions",
      f: (x, y, ...weights) => {
        const [value, gradients] = valueAndGrad(loss)(weights as Weights, x, y);
        return [value, ...gradients];
      },
      args: [
        filled(dtype, [3, 2, 8, 8], 1),
        labels(3, 4),
        filled(dtype, [3, 2, 3, 3], 2),
        filled(dtype, [3], 3),
        filled(dtype, [4, 3, 3, 3], 4),
        filled(dtype, [4], 5),
        filled(dtype, [16, 4], 6),
      ],
      ...close,
      relative: 10 * error,
      absolute: 10 * error,
    });
  });

  it("for rows taken from a table, some of them twice", async () => {
    const loss = ([table, w]: [np.Array, np.Array], ids: np.Array, y: np.Array): np.Array =>
      crossEntropy(np.matmul(np.take(table, ids, 0).mean(1), w), y);
    await agrees({
      name: "embedding",
      f: (table, w, ids, y) => {
        const [value, gradients] = valueAndGrad(loss)([table, w], ids, y);
        return [value, ...gradients];
      },
      args: [
        filled(dtype, [6, 4]),
        filled(dtype, [4, 3], 2),
        { dtype: "int32", shape: [5, 3], data: [0, 0, 5, 2, 2, 2, 1, 3, 1, 5, 5, 0, 4, 4, 4] },
        labels(5, 3),
      ],
      ...close,
    });
  });

  it.each<[string, (logp: np.Array, y: np.Array) => np.Array]>([
    ["takeAlongAxis", (logp, y) => np.takeAlongAxis(logp, y.reshape([-1, 1]), 1).reshape([-1])],
    ["positions in both axes", (logp, y) => logp.slice(np.arange(5).astype(np.int32), y)],
    ["oneHot", (logp, y) => nn.oneHot(y, 4).astype(np[dtype]).mul(logp).sum(-1)],
    [
      "sorting by probability",
      (logp, y) =>
        np
          .sort(logp)
          .mul(y.reshape([-1, 1]).astype(np[dtype]))
          .sum(-1),
    ],
  ])("for labels selected by %s", async (_, select) => {
    const loss = (logits: np.Array, y: np.Array): np.Array => select(nn.logSoftmax(logits), y).mean().neg();
    await agrees({
      name: "selection",
      f: (logits, y) => valueAndGrad(loss)(logits, y),
      args: [filled(dtype, [5, 4]), labels(5, 4)],
      ...close,
    });
  });

  it("for a gradient of a gradient", async () => {
    const inner = (x: np.Array, w: np.Array): np.Array => np.square(np.tanh(np.matmul(x, w))).sum();
    const outer = (x: np.Array, w: np.Array): np.Array => {
      const [value, gradient] = valueAndGrad(inner)(x, w);
      return np.square(gradient).sum().add(value);
    };
    await agrees({
      name: "second order",
      f: (x, w) => {
        const [value, gradients] = valueAndGrad(outer, { argnums: [0, 1] })(x, w);
        return [value, ...gradients];
      },
      args: [filled(dtype, [3, 4]), filled(dtype, [4, 2], 2)],
      ...close,
      relative: 10 * error,
      absolute: 10 * error,
    });
  });
});

it("random numbers are those of the engine, also where their key comes from data", async () => {
  await agrees({
    name: "random",
    f: (x, seeds) => {
      const keys = random.split(seeds.add(1), 2);
      const kept = random.bernoulli(keys.ref.slice(0), 0.5, [3, 4]);
      return [np.where(kept, x, 0), random.bits(keys.slice(1), [5])];
    },
    args: [filled("float32", [3, 4]), { dtype: "uint32", shape: [2], data: [7, 4000000000] }],
  });
});
