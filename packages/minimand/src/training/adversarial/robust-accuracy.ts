import { numpy as np, random } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { refTree } from "../../engine/tree.ts";
import { checkExamples, checkLabels, labelMask } from "../../losses/per-example.ts";
import type { Model } from "../../models/model.ts";
import { type AttackSize, attackSize, attackStart, type PgdOptions, pgdOptions, pgdStep } from "./pgd.ts";

/** Shares of examples, in [0, 1]. */
export interface RobustAccuracy {
  /** Right at the inputs. */
  clean: number;
  /** Right at the inputs and at every perturbed input the attack visited. */
  robust: number;
}

/** Measures a model: parameters and model state are kept, the other arrays consumed. */
export interface RobustEvaluator {
  (
    variables: { params: Tree; state: Tree },
    x: np.Array,
    y: np.Array,
    size: AttackSize & { key: np.Array },
  ): Promise<RobustAccuracy>;
  dispose(): void;
}

/**
 * Accuracy under attack: projected gradient ascent on the margin `max_{y' != y} h_y' - h_y`, with restarts.
 *
 * An example counts as robust only if its margin stays below 0 at the input and at every point of every restart, so
 * the measured value is an upper bound of the true robust accuracy that more steps and restarts tighten.
 *
 * @param model a classifier, run in evaluation mode
 * @param options as `pgd`, with `steps` 40 by default; `restarts`, default 3
 * @returns an evaluator `(variables, x [batch, ...], y int32 [batch], { gamma, stepSize, key }) => { clean, robust }`,
 * whose `stepSize` is `gamma / 4` by default
 * @throws TypeError, RangeError as `pgd`, and for `restarts` not an integer >= 1
 * @example
 * const evaluate = robustAccuracy(model, { clip: [0, 1] })
 * const { clean, robust } = await evaluate(variables, x, y, { gamma: 0.1, key: random.key(0) })
 * @see Carlini, Wagner 2017, arXiv 1608.04644 (the margin); Madry et al. 2018, arXiv 1706.06083 (restarts)
 */
export function robustAccuracy(
  model: Model,
  options: PgdOptions & { restarts?: number } = {},
): RobustEvaluator {
  const {
    steps = 40,
    restarts,
    ...ascent
  } = readOptions("robustAccuracy", options, { ...pgdOptions, restarts: [3, { min: 1, integer: true }] });
  checkNumber("steps", steps, { min: 1, integer: true });
  type Context = { params: Tree; state: Tree; y: np.Array };
  let classes = 0;
  const step = pgdStep<Context>((x, { params, state, y }) => {
    const [logits] = model.apply({ params, state }, x, { training: false });
    classes = logits.shape[1];
    return wrongMargin(logits, y);
  }, ascent);
  const startIn = attackStart(ascent);

  const evaluate: (...args: Parameters<RobustEvaluator>) => Promise<RobustAccuracy> = async (
    variables,
    x,
    y,
    { key, ...given },
  ) => {
    const size = attackSize(given);
    const rows = x.shape[0];
    const worst = new Float64Array(rows).fill(-Infinity);
    const context = (): Context => ({
      params: refTree(variables.params),
      state: refTree(variables.state),
      y: y.ref,
    });
    const keys = random.split(key, restarts);
    // The step reports the margin before it moves: one more step sees the last point, one from 0 the input itself.
    const visit = async (delta: np.Array): Promise<np.Array> => {
      const [next, margins] = step(delta, x.ref, context(), size);
      const values = await margins.data();
      for (let i = 0; i < rows; i++) worst[i] = worsened(worst[i], values[i]);
      return next;
    };
    (await visit(np.zeros(x.shape, { dtype: x.dtype }))).dispose();
    checkLabels(y, rows, classes);
    const clean = share(worst);
    for (let restart = 0; restart < restarts; restart++) {
      let delta = startIn(keys.ref.slice(restart), x.ref, size.gamma);
      for (let i = 0; i <= steps; i++) delta = await visit(delta);
      delta.dispose();
    }
    for (const array of [keys, x, y]) array.dispose();
    return { clean, robust: share(worst) };
  };
  return Object.assign(evaluate, {
    dispose() {
      step.dispose();
      startIn.dispose();
    },
  });
}

/** The larger margin; NaN (a score that is no number) counts as the worst. */
function worsened(before: number, margin: number): number {
  return Number.isNaN(margin) ? Infinity : Math.max(before, margin);
}

/** The share of examples whose worst margin is below 0. */
function share(worst: Float64Array): number {
  return worst.reduce((n, margin) => n + (margin < 0 ? 1 : 0), 0) / worst.length;
}

/** `max_{y' != y} h_y' - h_y`, `[batch]`: below 0 where the prediction is right. */
function wrongMargin(logits: np.Array, y: np.Array): np.Array {
  checkExamples(logits, y, undefined);
  const isLabel = labelMask(y, logits.shape[1]);
  const own = np.where(isLabel.ref, logits.ref, 0).sum(-1);
  return np.max(np.where(isLabel, -Infinity, logits), -1).sub(own);
}
