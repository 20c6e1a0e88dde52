import { linear, type Model } from "minimand/models";
import { sgd } from "minimand/optimizers";
import { objectiveOf, supervised } from "minimand/training";
import { describe, it } from "vitest";
import { conformingBatchLosses } from "../../../../minimand/src/losses/batch-conformance.ts";
import { conformingLosses } from "../../../../minimand/src/losses/conformance.ts";
import { scalarLosses } from "../../../../minimand/src/losses/scalar-conformance.ts";
import { examples, expectSame, inputs, numbers } from "./training.fixture.ts";

const line = (outputs: number): Model => linear({ inputs, outputs, initial: "random" });
const plain = sgd(0.05);

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
      data: c.target === "label" ? examples(2) : numbers(),
      make: (compile) => supervised({ model, objective, optimizer: plain, compile }),
    });
  });
});
