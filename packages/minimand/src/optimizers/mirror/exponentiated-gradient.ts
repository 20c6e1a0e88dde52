import { numpy as np } from "@jax-js/jax";
import { peek, rangeError } from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { leavesOf, mapTree } from "../../engine/tree.ts";
import { scaleByLearningRate } from "../scale.ts";
import type { LearningRate } from "../schedules.ts";
import { chain, type GradientTransformation } from "../transformation.ts";

const forms = ["signed", "positive", "reparametrised"] as const;

/** A parameter grows by at most `e^20` in a step. */
const mostExponent = 20;

/**
 * Exponentiated gradient: steps that multiply, so that no parameter ever changes its sign. As of synapses, which excite or inhibit.
 *
 * - `signed` (default): `w <- w exp(-learningRate sign(w) g)`
 * - `positive`: `w <- w exp(-learningRate g)`, mirror descent with the entropy of positive weights
 * - `reparametrised`: `w <- w exp(-learningRate w g)`, gradient descent in `log |w|`
 *
 * Exponents are cut at 20. A parameter that is 0 stays 0.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `form`
 * @returns a transformation whose `init` throws RangeError for the form `positive` and parameters that aren't positive
 * @throws RangeError for a negative learning rate, another form
 * @example
 * const optimizer = exponentiatedGradient(1)
 * const w = np.array([1, -1])
 * const state = optimizer.init(w)
 * const [updates] = optimizer.update(np.array([Math.log(2), Math.log(2)]), state, w.ref)
 * applyUpdates(w, updates) // [0.5000, -2]
 * @see Kivinen, Warmuth 1997, Inf. Comput. 132(1); Cornford et al. 2024 for the signed form; Shetty, Madhava Prasath, Seelamantula 2025,
 *   arXiv 2510.02730, for its tie to geometric Brownian motion
 */
export function exponentiatedGradient(
  learningRate: LearningRate,
  options: { form?: (typeof forms)[number] } = {},
): GradientTransformation {
  const { form } = readOptions("exponentiatedGradient", options, { form: ["signed", oneOf(forms)] });
  return chain(scaleByLearningRate(learningRate), {
    init(params) {
      if (form === "positive") for (const leaf of leavesOf(params)) checkPositive(leaf);
      return {};
    },
    update: (updates, state, params) => [mapTree((u, w) => grown(form, u, w), updates, params), state],
  });
}

/** What is to be added to `w`, so that it grows by the exponential of `u`, of `sign(w) u` or of `w u`. */
function grown(form: (typeof forms)[number], u: np.Array, w: np.Array): np.Array {
  const exponent =
    form === "positive" ? u : u.mul(form === "signed" ? np.where(w.ref.less(0), -1, 1) : w.ref);
  return np.expm1(np.clip(exponent, -mostExponent, mostExponent)).mul(w);
}

function checkPositive(leaf: np.Array): void {
  const values = peek(leaf);
  for (let i = 0; values !== null && i < values.length; i++)
    if (!(values[i] > 0)) throw rangeError("params", "numbers > 0 for the form 'positive'", values[i]);
}
