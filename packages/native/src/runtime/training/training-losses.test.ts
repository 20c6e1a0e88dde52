import { numpy as np } from "@jax-js/jax";
import { infoNceLoss, ntXentLoss, supConLoss } from "minimand/losses";
import { linear, type Model } from "minimand/models";
import { sgd } from "minimand/optimizers";
import { type BatchLoss, objectiveOf, supervised } from "minimand/training";
import { describe, it } from "vitest";
import { conformingBatchLosses } from "../../../../minimand/src/losses/batch-conformance.ts";
import { conformingLosses } from "../../../../minimand/src/losses/conformance.ts";
import { scalarLosses } from "../../../../minimand/src/losses/scalar-conformance.ts";
import { vectorLosses } from "../../../../minimand/src/losses/vector-conformance.ts";
import { examples, expectSame, inputs, numbers } from "./training.fixture.ts";

const line = (outputs: number): Model => linear({ inputs, outputs, initial: "random" });
const plain = sgd(0.05);
/** Numbers above 0 to predict. */
const positive = (): ReturnType<typeof numbers> => {
  const all = numbers();
  return { ...all, y: all.y.map((v) => Math.abs(v) + 0.1) };
};

describe("a loss of scores", () => {
  const model = line(4);
  it.each(conformingLosses.map((c) => [c.name, c] as const))(
    "%s: trains as under jit",
    async (_, { loss }) => {
      const objective = objectiveOf(model, (f, y, { weights }) => loss(f, y, { weights }));
      await expectSame({
        data: examples(4),
        make: (compile) => supervised({ model, objective, optimizer: plain, compile }),
      });
    },
  );
});

describe("a loss of a whole batch", () => {
  it.each(conformingBatchLosses.map((c) => [c.name, c] as const))("%s: trains as under jit", async (_, c) => {
    const model = line(c.classes);
    const objective = objectiveOf(model, (f, y, { weights }) => c.loss(f.mul(0.125), y, { weights }));
    await expectSame({
      data: examples(c.classes),
      make: (compile) => supervised({ model, objective, optimizer: plain, compile }),
    });
  });
});

describe("a loss of one number", () => {
  const model = line(1);
  it.each(scalarLosses.map((c) => [c.name, c] as const))("%s: trains as under jit", async (_, c) => {
    const objective = objectiveOf(model, (f, y, { weights }) => c.loss(f.reshape([-1]), y, { weights }));
    await expectSame({
      data: { label: examples(2), number: numbers(), positive: positive() }[c.target],
      make: (compile) => supervised({ model, objective, optimizer: plain, compile }),
    });
  });
});

describe("a loss of several outputs", () => {
  it.each(vectorLosses.map((c) => [c.name, c] as const))("%s: trains as under jit", async (_, c) => {
    const model = line(c.outputs);
    // Labels of several kinds are made here: whether the number is above 0, 1, ...
    const levels = () => np.arange(c.outputs).astype(np.float32).reshape([1, -1]);
    const objective = objectiveOf(model, (f, y, { weights }) =>
      c.loss(f, c.target === "labels" ? y.reshape([-1, 1]).greater(levels()).astype(np.float32) : y, {
        weights,
      }),
    );
    await expectSame({
      data: numbers(),
      make: (compile) => supervised({ model, objective, optimizer: plain, compile }),
    });
  });
});

describe("a loss of embeddings", () => {
  const model = line(4);
  it.each<[string, BatchLoss]>([
    ["ntXentLoss", (f, y, { weights }) => ntXentLoss(f, y, { weights })],
    ["supConLoss", (f, y, { weights }) => supConLoss(f, y, { weights })],
    ["infoNceLoss", (f, _, { weights }) => infoNceLoss(f.ref, np.cos(f), { weights })],
  ])("%s: trains as under jit", async (_, loss) => {
    await expectSame({
      data: examples(4),
      make: (compile) =>
        supervised({ model, objective: objectiveOf(model, loss), optimizer: plain, compile }),
    });
  });
});
