import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  checkNumber,
  compileWithJit,
  constantOf,
  type OptionNames,
  rangeError,
  readOptions,
  refTree,
} from "minimand/engine";
import type { StepMethod } from "minimand/internals";
import type { Hyper, SupervisedOptions, SupervisedStep } from "minimand/training";
import { type LinearParams, linearRobustLoss } from "./linear-robust-loss.ts";
import { type LinearRssOptions, linearRss } from "./linear-rss.ts";
import { linearScore } from "./linear-score.ts";
import { labelsOf } from "./self-training.ts";
import { weightedMean } from "./terms.ts";
import { packRows, unlabeledCount } from "./unlabeled-rows.ts";
import { unlabeledStep } from "./unlabeled-step.ts";

/** How a {@link linearRssStep} is built. */
export interface LinearRssStepOptions<H extends Hyper = Hyper>
  extends Pick<LinearRssOptions, "loss" | "cost" | "labeledLoss" | "project">,
    Pick<SupervisedOptions<H>, "optimizer" | "hyper" | "compile"> {
  inputs: number;
  /** Default false: with one the unlabelled term may put all rows on one side; see `balancePenalty`. */
  bias?: boolean;
  /** Default true; false is `gamma = Infinity`. */
  robustLabeled?: boolean;
  /**
   * The labels of the unlabelled rows are those of a frozen teacher, the model before the first step, instead of those of the current one;
   * with `every` they are given anew after this many steps. Default: not.
   */
  frozenLabels?: { every?: number };
  /** Unlabelled rows a step, default as many as the batch has. */
  unlabeledBatch?: number;
}

/** The hyperparameters of a {@link linearRssStep}, as `init` takes them. */
export type LinearRssHyper = {
  gamma?: number;
  gammaPrime?: number;
  lambda?: number;
  balancePenalty?: number;
};

/** For what takes these and more. */
export const linearRssStepOptions: OptionNames<LinearRssStepOptions> = {
  loss: true,
  cost: true,
  labeledLoss: true,
  project: true,
  optimizer: true,
  hyper: true,
  compile: true,
  inputs: true,
  bias: true,
  robustLabeled: true,
  frozenLabels: true,
  unlabeledBatch: true,
};

/**
 * Robust self-supervised training (RSS) of a linear score as a training step, by closed forms: minimises {@link linearRss}.
 *
 * Hyperparameters, given to `init` as numbers: `gamma > 0` (0.1; with `robustLabeled`), `gammaPrime > 0` (0.3), `lambda >= 0` (10),
 * `balancePenalty >= 0` (0; with `bias`), and whatever the optimizer asks for. The memory holds the inputs `unlabeled`. The
 * model is {@link linearScore}; labels are class ids 0 and 1.
 *
 * @param options `inputs`, `bias`, `loss`, `cost`, `labeledLoss`, `robustLabeled`, `project`, `frozenLabels`, `optimizer`,
 * `unlabeledBatch`, `compile`
 * @returns a train step with the metrics `loss`, `labeled` and `unlabeled`; `init` throws TypeError, RangeError for
 * hyperparameters outside their ranges, and unlabelled inputs that are missing or not finite
 * @throws TypeError, RangeError for options outside their ranges
 * @example
 * const step = linearRssStep({ inputs: 200, loss: "zeroOne", optimizer: chain(adam(0.05), keepUnitNorm("w")) })
 * let state = step.init(random.key(0), { memory: { unlabeled } })
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function linearRssStep<H extends Hyper = Hyper>(
  options: LinearRssStepOptions<H>,
): SupervisedStep<H, LinearRssHyper>;
export function linearRssStep(options: LinearRssStepOptions): SupervisedStep {
  const {
    inputs,
    bias = false,
    robustLabeled = true,
    loss,
    cost,
    labeledLoss,
    project,
    frozenLabels,
  } = readOptions("linearRssStep", options, linearRssStepOptions);
  const model = linearScore({ inputs, bias });
  return unlabeledStep(
    { ...options, model },
    {
      name: "linearRssStep",
      hyper: {
        ...(robustLabeled && { gamma: { default: 0.1, above: 0 } }),
        gammaPrime: { default: 0.3, above: 0 },
        ...(bias && { balancePenalty: { default: 0, min: 0 } }),
      },
      lambda: 10,
      check({ hyper: { balancePenalty = 0 } }) {
        checkNumber("hyper.balancePenalty", balancePenalty, { min: 0 });
        if (loss === "squared")
          throw rangeError("loss", '"zeroOne", "hinge" or "logistic" (labels are given)', loss);
      },
      ...(frozenLabels && teacher(inputs, frozenLabels.every, options.compile)),
      terms(params, modelState, hyper, { x, y, weights, u, pseudo, key }) {
        key.dispose();
        const own = params as LinearParams;
        const common = { loss, cost, project };
        const gamma = robustLabeled ? hyper.gamma.ref : Infinity;
        if (frozenLabels !== undefined) {
          const first = { ...common, ...(labeledLoss && { loss: labeledLoss, cost: undefined }) };
          const values = linearRobustLoss(refTree(own), x, y, { ...first, gamma, weights: weights.ref });
          const given = linearRobustLoss(own, u, pseudo, { ...common, gamma: hyper.gammaPrime.ref });
          return { labeled: weightedMean(values, weights), unlabeled: np.mean(given), modelState };
        }
        pseudo.dispose();
        const { value, labeled, unlabeled } = linearRss(
          own,
          { x, y, u, weights },
          {
            ...common,
            labeledLoss,
            gamma,
            gammaPrime: hyper.gammaPrime.ref,
            lambda: constantOf(hyper.lambda.ref, x.dtype),
            ...(bias && { balancePenalty: hyper.balancePenalty.ref }),
          },
        );
        value.dispose();
        return { labeled, unlabeled, modelState };
      },
    },
  );
}

/** Labels of a frozen linear score, given before the first step and again after `every` steps. */
function teacher(inputs: number, every: number | undefined, compile: Compile = compileWithJit) {
  if (every !== undefined) checkNumber("frozenLabels.every", every, { min: 1, integer: true });
  const score = compile((w: np.Array, u: np.Array) => np.matmul(u, w));
  return {
    alone: () => true,
    before(state) {
      const { memory, params, count } = state;
      if (count > 0 && (every === undefined || count % every !== 0)) return state;
      const { w, b } = params as LinearParams;
      const shift = b === undefined ? 0 : b.ref.dataSync()[0];
      const rows = unlabeledCount(memory.unlabeled, [inputs]);
      const pseudo = labelsOf(rows, (chosen) =>
        score(w.ref, packRows(memory.unlabeled, chosen, [inputs])).add(shift),
      );
      return { ...state, memory: { ...memory, pseudo } };
    },
    dispose: () => score.dispose(),
  } satisfies Partial<StepMethod>;
}
