import { crossEntropy } from "minimand/losses";
import { expect, it } from "vitest";
import { refuseUnknownInit } from "../../../test/support/unknown-options.ts";
import { model } from "../../minimand/src/training/steps.fixture.ts";
import { bilevelOf, darts, singleLevel, solvableModel } from "./architecture/index.ts";
import {
  linearRssStep,
  robustSelfTraining,
  selfTraining,
  virtualAdversarial,
} from "./self-training/index.ts";

/* test/unknown-options.test.ts checks that every export refuses unknown options. */

const problem = bilevelOf(solvableModel as never, crossEntropy);

it("says which option may be meant", () => {
  expect(() => darts(problem, { order: 1, unrolled: {} } as never)).toThrow(/got "unrolled"$/);
});

it("init of every step says it, too", () => {
  const optimizer = { init: () => ({}), update: (grads: never) => [grads, {}] } as never;
  const search = singleLevel(problem, { optimizer, architectureOptimizer: optimizer });
  refuseUnknownInit([
    selfTraining({ model, optimizer }),
    virtualAdversarial({ model, optimizer }),
    robustSelfTraining({ model, optimizer }),
    linearRssStep({ inputs: 2, loss: "hinge", optimizer }),
    { init: (_, options) => search.init({}, {}, options as never), dispose: search.dispose },
  ]);
});
