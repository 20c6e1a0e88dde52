import { lax, numpy as np, random } from "@jax-js/jax";
import { constantOf, differentiate, readOptions, refTree, type Tree } from "minimand/engine";
import { logitsDivergence } from "minimand/losses";
import type { Hyper, SupervisedStep } from "minimand/training";
import { labeledTerm } from "./entropy-minimization.ts";
import { type RowLoss, usualLoss } from "./terms.ts";
import { type UnlabeledStepOptions, unlabeledStep, unlabeledStepOptions } from "./unlabeled-step.ts";

/** Length of the probe from which the direction of the largest change is estimated. */
const probe = 0.1;

/**
 * Virtual adversarial training (VAT): what the model says of an unlabelled row must not change where it is moved a little.
 *
 * Minimises `mean loss(x, y) + lambda mean_u KL(p(u) || p(u + r))`, `r` of length `epsilon` along the gradient of that
 * divergence at a short random probe (one step of the power method). `p(u)` and `r` are constants of the gradient.
 *
 * Hyperparameters `lambda >= 0` (1) and `epsilon > 0` (1), for standardised inputs; the memory holds the inputs `unlabeled`.
 *
 * @param options model (to logits `[batch, classes]`) and optimizer as for `supervised`; `loss`, `unlabeledBatch`
 * @returns a train step with the metrics `loss`, `labeled` and `unlabeled`; `init` throws TypeError, RangeError as
 * {@link robustSelfTraining}
 * @example
 * const step = virtualAdversarial({ model, optimizer: adam(1e-3) })
 * let state = step.init(random.key(0), { hyper: { epsilon: 1 }, memory: { unlabeled } })
 * @see Miyato et al. 2017, arXiv 1704.03976, algorithm 1
 */
export function virtualAdversarial<H extends Hyper = Hyper>(
  options: UnlabeledStepOptions<H> & { loss?: RowLoss },
): SupervisedStep<H, { lambda?: number; epsilon?: number }>;
export function virtualAdversarial(options: UnlabeledStepOptions & { loss?: RowLoss }): SupervisedStep {
  const { model, loss } = readOptions("virtualAdversarial", options, {
    ...unlabeledStepOptions,
    loss: [usualLoss],
  });
  type Context = { params: Tree; state: Tree; u: np.Array; clean: np.Array };
  const change = differentiate<np.Array, [Context], Tree>((r, { params, state, u, clean }) => {
    const [moved] = model.apply({ params, state }, u.add(r), { training: false });
    return [logitsDivergence(clean, moved).sum(), []];
  });
  return unlabeledStep(options, {
    name: "virtualAdversarial",
    hyper: { epsilon: { default: 1, above: 0 } },
    lambda: 1,
    constants({ one, params, modelState, hyper, key, own: { u } }) {
      const variables = () => ({ params: refTree(params), state: refTree(modelState) });
      const [clean] = model.apply(variables(), u.ref, { training: false });
      // Another stream than the forward pass of the update has.
      const keys = random.split(key.ref, 2);
      const start = unit(random.normal(keys.slice(1), u.shape).astype(u.dtype)).mul(probe);
      const context = { ...variables(), u: u.ref, clean: lax.stopGradient(clean.ref) };
      const [[value], direction] = change(refTree(one), start, context);
      value.dispose();
      const r = unit(direction).mul(constantOf(hyper.epsilon.ref, u.dtype));
      return { r: lax.stopGradient(r), clean: lax.stopGradient(clean) };
    },
    terms(params, modelState, _, { u, pseudo, ...batch }, { r, clean }) {
      const [own, next] = labeledTerm(model, loss, refTree(params), modelState, batch);
      const [moved] = model.apply({ params, state: refTree(next) }, u.add(r), { training: false });
      pseudo.dispose();
      return { labeled: own, unlabeled: np.mean(logitsDivergence(clean, moved)), modelState: next };
    },
  });
}

/** Each example divided by its Euclidean length; by its largest entry first, as squares of small numbers vanish. */
function unit(x: np.Array): np.Array {
  const shape = x.shape;
  const flat = x.reshape([shape[0], -1]);
  const scaled = flat.ref.div(np.maximum(np.max(np.abs(flat), -1, { keepdims: true }), 1e-30));
  const length = np.sqrt(np.maximum(np.square(scaled.ref).sum(-1, { keepdims: true }), 1e-12));
  return scaled.div(length).reshape(shape);
}
