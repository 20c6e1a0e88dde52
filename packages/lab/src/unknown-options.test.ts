import { random } from "@jax-js/jax";
import { crossEntropy } from "minimand/losses";
import type { TrainStep } from "minimand/training";
import { expect, it } from "vitest";
import { model } from "../../minimand/src/training/steps.fixture.ts";
import { bilevelOf, darts, singleLevel, solvableModel } from "./architecture/index.ts";
import {
  linearRssStep,
  robustSelfTraining,
  selfTraining,
  virtualAdversarial,
} from "./self-training/index.ts";

/* That every export refuses an option that is none, test/unknown-options.test.ts looks at. */

const problem = bilevelOf(solvableModel as never, crossEntropy);

it("says which option may be meant", () => {
  expect(() => darts(problem, { order: 1, unrolled: {} } as never)).toThrow(/got "unrolled"$/);
});

it("init of every step says it, too", () => {
  const optimizer = { init: () => ({}), update: (grads: never) => [grads, {}] } as never;
  const search = singleLevel(problem, { optimizer, architectureOptimizer: optimizer });
  const inits: Pick<TrainStep<unknown>, "init" | "dispose">[] = [
    selfTraining({ model, optimizer }),
    virtualAdversarial({ model, optimizer }),
    robustSelfTraining({ model, optimizer }),
    linearRssStep({ inputs: 2, loss: "hinge", optimizer }),
    { init: (_, options) => search.init({}, {}, options as never), dispose: search.dispose },
  ];
  for (const { init, dispose } of inits) {
    const key = random.key(0);
    expect(() => init(key, { hypr: { learningRate: 0.1 } } as never)).toThrow(
      /^init: expected only the options hyper, \w+, got "hypr": did you mean 'hyper'\?$/,
    );
    key.dispose();
    dispose();
  }
});
