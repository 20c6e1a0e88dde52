import { random } from "@jax-js/jax";
import { expect, it } from "vitest";
import { refuseUnknownOptions } from "../../../../test/support/unknown-options.ts";
import { crossEntropy } from "../losses/index.ts";
import { factoredOutputStep } from "../output-layer/index.ts";
import * as training from "./index.ts";
import { batchesOf, model } from "./steps.fixture.ts";

/* What TypeScript refuses by itself. From JavaScript, a mistyped option would mean the default. */

const problem = training.bilevelOf(training.solvableModel as never, crossEntropy);
const nothing = new Float32Array(0);

/** Functions that take an object of options, as the only argument or as the last one. */
const takers: Record<string, (options: never) => unknown> = {
  fit: training.fit,
  train: training.train,
  validationOn: training.validationOn,
  supervised: training.supervised,
  minibatches: (options) => training.minibatches({ x: nothing, shape: [1], y: nothing }, options),
  ensLossTrainer: training.ensLossTrainer,
  injectLabelNoise: (options) => training.injectLabelNoise([], options),
  undersample: (options) => training.undersample([], options),
  smote: (options) => training.smote(nothing, [], options),
  sam: training.sam,
  asam: training.asam,
  gsam: training.gsam,
  esam: training.esam,
  lookSam: training.lookSam,
  saf: training.saf,
  mesa: training.mesa,
  outputHistory: training.outputHistory,
  advCompSum: training.advCompSum,
  trades: training.trades,
  adversarialTraining: training.adversarialTraining,
  pgd: (options) => training.pgd((x) => x, options),
  pgdStep: (options) => training.pgdStep((x) => x, options),
  attackStart: training.attackStart,
  robustAccuracy: (options) => training.robustAccuracy(model, options),
  distill: training.distill,
  auxiliaryHead: training.auxiliaryHead,
  alignGradients: (options) => training.alignGradients({}, {}, options),
  gradientConflict: training.gradientConflict,
  selfTraining: training.selfTraining,
  entropyMinimization: training.entropyMinimization,
  virtualAdversarial: training.virtualAdversarial,
  robustSelfTraining: training.robustSelfTraining,
  distributionallyRobust: training.distributionallyRobust,
  innerMaximise: (options) => training.innerMaximise((x) => x, options),
  linearRssStep: training.linearRssStep,
  linearRssTrainer: training.linearRssTrainer,
  darts: (options) => training.darts(problem, { order: 1, ...(options as object) } as never),
  rarts: (options) => training.rarts(problem, options),
  singleLevel: (options) => training.singleLevel(problem, options),
  searchStep: training.searchStep,
  runSearch: training.runSearch,
  implicitHypergradient: (options) => training.implicitHypergradient(problem, options),
  aggregateObjective: (options) => training.aggregateObjective(model, options),
  bagBatches: (options) => training.bagBatches({} as never, options),
  aggregateLinearFit: (options) => training.aggregateLinearFit([], [], [], options),
  privatiseBagMeans: (options) => training.privatiseBagMeans([], [], options),
  factoredOutputStep,
};

refuseUnknownOptions(takers);

it("says which option may be meant", () => {
  expect(() => training.supervised({ optimiser: 1 } as never)).toThrow(
    new TypeError(
      `supervised: expected only the options model, objective, optimizer, hyper, compile, got "optimiser": did you mean 'optimizer'?`,
    ),
  );
  expect(() =>
    training.auxiliaryHead({ features: 2, classes: 2, kind: "linear", dropout: 0 } as never),
  ).toThrow(/^auxiliaryHead: expected only the options features, classes, kind, got "dropout"$/);
  expect(() => training.darts(problem, { order: 1, unrolled: {} } as never)).toThrow(/got "unrolled"$/);
  expect(() => training.sam(undefined as never)).toThrow(
    new TypeError("sam: expected an object of options, got undefined"),
  );
});

it("so does init of every step", () => {
  const loss = (f: never, y: never, { weights }: { weights: never }) => crossEntropy(f, y, { weights });
  const objective = training.objectiveOf(model, loss as never);
  const optimizer = { init: () => ({}), update: (grads: never) => [grads, {}] } as never;
  const search = training.singleLevel(problem, { optimizer, architectureOptimizer: optimizer });
  const inits: Pick<training.TrainStep<unknown>, "init" | "dispose">[] = [
    training.supervised({ model, objective, optimizer }),
    training.sam({ model, objective, optimizer }),
    training.lookSam({ model, objective, optimizer }),
    training.saf({ model, objective, optimizer }),
    training.mesa({ model, objective, optimizer }),
    training.esam({ model, loss: loss as never, optimizer }),
    training.trades({ model, optimizer }),
    training.adversarialTraining({ model, optimizer }),
    training.distill({ student: model, optimizer }),
    training.selfTraining({ model, optimizer }),
    training.virtualAdversarial({ model, optimizer }),
    training.robustSelfTraining({ model, optimizer }),
    training.linearRssStep({ inputs: 2, loss: "hinge", optimizer }),
    training.ensLossTrainer({ model, optimizer }),
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
