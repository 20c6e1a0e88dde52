import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { checkOptions } from "../../engine/options.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { predictor } from "../predict.ts";
import type { SupervisedState } from "../supervised.ts";
import type { TrainStep } from "../train-step.ts";
import { labeledTerm } from "./entropy-minimization.ts";
import { ownLabels, type RowLoss, usualLoss } from "./terms.ts";
import { packRows, unlabeledCount } from "./unlabeled-rows.ts";
import { type UnlabeledStepOptions, unlabeledStep, unlabeledStepOptions } from "./unlabeled-step.ts";

/**
 * Self-training with a frozen teacher (pseudo-labels), in one round or several.
 *
 * For `warmup` steps `mean loss(x, y)`; then the model of that moment labels all unlabelled rows, and training goes on with
 * `mean loss(x, y) + lambda mean loss(u, pseudo-label)`. With `every` the rows are labelled anew after each so many steps. A
 * teacher known beforehand gives its labels as the memory `pseudo` (class ids, -1 for none), which the warm-up then
 * uses too.
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
export function selfTraining(options: UnlabeledStepOptions & { loss?: RowLoss }): TrainStep<SupervisedState> {
  checkOptions("selfTraining", options, { ...unlabeledStepOptions, loss: true });
  const { model, loss = usualLoss, compile } = options;
  const predict = predictor(model, compile);
  const isDue = ({ count, hyper: { warmup, every } }: SupervisedState): boolean =>
    count === warmup || (every > 0 && count > warmup && (count - warmup) % every === 0);

  const step = unlabeledStep<Tree>(options, {
    defaults: { lambda: 1, warmup: 100, every: 0 },
    check({ warmup, every }) {
      checkNumber("hyper.warmup", warmup, { min: 0, integer: true });
      checkNumber("hyper.every", every, { min: 0, integer: true });
    },
    label(state, shape) {
      const { memory, params, modelState } = state;
      if (!isDue(state)) return;
      const rows = unlabeledCount(memory.unlabeled, shape);
      memory.pseudo = labelsOf(rows, (chosen) =>
        predict(params, modelState, packRows(memory.unlabeled, chosen, shape)),
      );
    },
    prepare(one, params, modelState, hyper, data) {
      disposeTree([one, params, modelState, hyper, data]);
      return {};
    },
    terms(params, modelState, _, data) {
      const [own, next] = labeledTerm(model, loss, refTree(params), modelState, data);
      const [output] = model.apply({ params, state: refTree(next) }, data.u.ref, { training: false });
      const known = data.pseudo.ref.greaterEqual(0).astype(np.float32);
      const labels = np.maximum(data.pseudo.ref, 0);
      const values = loss(output, labels, { weights: known });
      disposeTree(data);
      return { labeled: own, unlabeled: np.mean(values), modelState: next };
    },
  });
  return {
    ...step,
    dispose() {
      step.dispose();
      predict.dispose();
    },
  };
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
