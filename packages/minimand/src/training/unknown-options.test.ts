import { expect, it } from "vitest";
import { refuseUnknownInit } from "../../../../test/support/unknown-options.ts";
import { crossEntropy } from "../losses/index.ts";
import * as training from "./index.ts";
import { batchesOf, model } from "./steps.fixture.ts";

/* test/unknown-options.test.ts checks that every export refuses unknown options. */

it("says which option may be meant", () => {
  expect(() => training.supervised({ optimiser: 1 } as never)).toThrow(
    new TypeError(
      `supervised: expected only the options model, objective, optimizer, hyper, compile, got "optimiser": did you mean 'optimizer'?`,
    ),
  );
  expect(() =>
    training.auxiliaryHead({ features: 2, classes: 2, kind: "linear", dropout: 0 } as never),
  ).toThrow(/^auxiliaryHead: expected only the options features, classes, kind, got "dropout"$/);
  expect(() => training.sam(undefined as never)).toThrow(
    new TypeError("sam: expected an object of options, got undefined"),
  );
});

it("so does init of every step", () => {
  const loss = (f: never, y: never, { weights }: { weights: never }) => crossEntropy(f, y, { weights });
  const objective = training.objectiveOf(model, loss as never);
  const optimizer = { init: () => ({}), update: (grads: never) => [grads, {}] } as never;
  refuseUnknownInit([
    training.supervised({ model, objective, optimizer }),
    training.sam({ model, objective, optimizer }),
    training.lookSam({ model, objective, optimizer }),
    training.saf({ model, objective, optimizer }),
    training.mesa({ model, objective, optimizer }),
    training.esam({ model, loss: loss as never, optimizer }),
    training.trades({ model, optimizer }),
    training.adversarialTraining({ model, optimizer }),
    training.distill({ student: model, optimizer }),
    training.ensLossTrainer({ model, optimizer }),
  ]);
});

it("fit does so before it takes a batch", async () => {
  let taken = 0;
  const batches = (function* () {
    taken++;
    yield* batchesOf().epoch(0);
  })();
  const refused = training.fit({ step: {}, state: {}, batches, onstep: () => false } as never);
  await expect(refused).rejects.toThrow(/^fit: .* got "onstep": did you mean 'onStep'\?$/);
  expect(taken).toBe(0);
});
