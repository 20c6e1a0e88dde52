import type { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import {
  binaryFocalLoss,
  binaryMargins,
  ensLoss,
  ensLossDerivatives,
  expHingeLoss,
  exponentialLoss,
  hinge,
  inverseBoxCox,
  invHingeLoss,
  invLogHingeLoss,
  type LossOptions,
  logHingeLoss,
  logisticLoss,
  squaredHinge,
} from "minimand/losses";
import { applyUpdates, sgd } from "minimand/optimizers";
import { type Adapters, float, ids } from "../../kit/golden/adapters.ts";

/** Values of a loss of margins, and its derivatives as the gradient of the sum. */
function marginTable(
  loss: (z: np.Array, options: LossOptions & { gamma?: number }) => np.Array,
): Adapters[string] {
  return ({ margins }, options) => {
    const run = compiledValueAndGrad((z: np.Array) => loss(z, options).sum());
    const [sum, derivative] = run(float(margins));
    sum.dispose();
    run.dispose();
    return { value: loss(float(margins), options).js(), derivative: derivative.js() };
  };
}

export const adapters: Adapters = {
  ensLoss({ scores, labels, noise }, options) {
    const run = compiledValueAndGrad((f: np.Array) =>
      ensLoss(f, ids(labels), { noise: float(noise), ...options }).mean(),
    );
    const [value, gradient] = run(float(scores));
    run.dispose();
    const margins = () => binaryMargins(float(scores), ids(labels));
    return {
      surrogate_value: value.item(),
      grad_scores: gradient.js(),
      loss_derivatives: ensLossDerivatives(margins(), float(noise), options).js(),
      margins: margins().js(),
    };
  },
  inverseBoxCox: ({ z }, { lambda_ }) => ({ value: inverseBoxCox(float(z), lambda_).js() }),
  logisticMarginLoss: marginTable(logisticLoss),
  hingeLoss: marginTable(hinge),
  exponentialLoss: marginTable(exponentialLoss),
  binaryFocalLoss: marginTable(binaryFocalLoss),
  squaredHinge: marginTable(squaredHinge),
  invHinge: marginTable(invHingeLoss),
  logHinge: marginTable(logHingeLoss),
  invLogHinge: marginTable(invLogHingeLoss),
  expHinge: marginTable(expHingeLoss),
  ensLossSgd({ X, labels, noise_per_step }, { lr, momentum, init: _, tieBreak: __, ...ensemble }) {
    const optimizer = sgd(lr, { momentum });
    let params = { w: float(X[0].map(() => 0)), b: float([0]) };
    let state = optimizer.init(params);
    const trace = (noise_per_step as number[][]).map((noise) => {
      const run = compiledValueAndGrad(({ w, b }: { w: np.Array; b: np.Array }) => {
        const scores = float(X)
          .mul(w.reshape([1, -1]))
          .sum(-1)
          .add(b);
        return ensLoss(scores, ids(labels), { noise: float(noise), ...ensemble }).mean();
      });
      const [value, gradient] = run({ w: params.w.ref, b: params.b.ref });
      value.dispose();
      run.dispose();
      const [updates, next] = optimizer.update(gradient, state, { w: params.w.ref, b: params.b.ref });
      state = next;
      params = applyUpdates(params, updates);
      return { w: params.w.ref.js(), b: params.b.ref.js() };
    });
    return { trace };
  },
};
