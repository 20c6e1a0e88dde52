import { numpy as np } from "@jax-js/jax";
import { readOptions, refTree } from "minimand/engine";
import type { Hyper, SupervisedState, SupervisedStep } from "minimand/training";
import { predictor } from "minimand/training";
import { labeledTerm } from "./entropy-minimization.ts";
import { ownLabels, type RowLoss, usualLoss } from "./terms.ts";
import { packRows, unlabeledCount } from "./unlabeled-rows.ts";
import { type UnlabeledStepOptions, unlabeledStep, unlabeledStepOptions } from "./unlabeled-step.ts";

/**
 * Self-training with a frozen teacher (pseudo-labels), in one round or several.
 *
 * For `warmup` steps `mean loss(x, y)`; then the model of that moment labels all unlabelled rows, and training goes on with
 * `mean loss(x, y) + lambda mean loss(u, pseudo-label)`. With `every` the rows are labelled anew after this many steps. A teacher known
 * beforehand gives its labels as the memory `pseudo` (class ids, -1 for none), which the warm-up then uses too.
 *
 * Hyperparameters, given to `init` as numbers: `lambda >= 0` (1), `warmup` (100), and `every` (0: never again), in steps; and
 * whatever the optimizer asks for. The memory holds the inputs `unlabeled`.
 *
 * @param options model and optimizer as for `supervised`; `loss` (cross-entropy), `unlabeledBatch`
 * @returns a train step with the metrics `loss`, `labeled` and `unlabeled`; `init` throws TypeError, RangeError as
 * {@link robustSelfTraining}, and for `warmup` or `every` not integers >= 0
 * @example
 * const step = selfTraining({ model, optimizer: adam(1e-3) })
 * let state = step.init(random.key(0), { hyper: { warmup: 200 }, memory: { unlabeled } })
 * @see Lee 2013, Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method, equation (15)
 */
export function selfTraining<H extends Hyper = Hyper>(
  options: UnlabeledStepOptions<H> & { loss?: RowLoss },
): SupervisedStep<H, { lambda?: number; warmup?: number; every?: number }>;
export function selfTraining(options: UnlabeledStepOptions & { loss?: RowLoss }): SupervisedStep {
  const { model, loss, compile } = readOptions("selfTraining", options, {
    ...unlabeledStepOptions,
    loss: [usualLoss],
  });
  const predict = predictor(model, compile);
  const isDue = ({ count, hyper: { warmup, every } }: SupervisedState): boolean =>
    count === warmup || (every > 0 && count > warmup && (count - warmup) % every === 0);

  return unlabeledStep(options, {
    name: "selfTraining",
    hyper: { warmup: { default: 100, min: 0, integer: true }, every: { default: 0, min: 0, integer: true } },
    lambda: 1,
    alone: () => true,
    before(state, { x }) {
      const { memory, params, modelState } = state;
      if (!isDue(state)) return state;
      const shape = x.shape.slice(1);
      const rows = unlabeledCount(memory.unlabeled, shape);
      const pseudo = labelsOf(rows, (chosen) =>
        predict(params, modelState, packRows(memory.unlabeled, chosen, shape)),
      );
      return { ...state, memory: { ...memory, pseudo } };
    },
    terms(params, modelState, _, { u, pseudo, ...batch }) {
      const [own, next] = labeledTerm(model, loss, refTree(params), modelState, batch);
      const [output] = model.apply({ params, state: refTree(next) }, u, { training: false });
      const known = pseudo.ref.greaterEqual(0).astype(np.float32);
      const values = loss(output, np.maximum(pseudo, 0), { weights: known });
      return { labeled: own, unlabeled: np.mean(values), modelState: next };
    },
    dispose: () => predict.dispose(),
  });
}

/** Rows that are labelled at a time: one program serves any number of them. */
const chunk = 256;

/** Class ids of rows by a forward pass of some of them, which is asked for `chunk` rows at a time. */
export function labelsOf(rows: number, outputs: (chosen: Int32Array) => np.Array): Float32Array {
  const labels = new Float32Array(rows);
  for (let start = 0; start < rows; start += chunk) {
    const chosen = Int32Array.from({ length: chunk }, (_, i) => Math.min(start + i, rows - 1));
    const own = ownLabels(outputs(chosen)).dataSync();
    for (let i = start; i < Math.min(start + chunk, rows); i++) labels[i] = own[i - start];
  }
  return labels;
}
