import { numpy as np } from "@jax-js/jax";
import { log, oneOf, readOptions } from "minimand/engine";
import { type BrownianMotion, type Times, timesOf } from "./brownian-motion.ts";

const parametrisations = ["epsilon", "stein", "hyvarinen"] as const;

/** What a network's output means, see {@link hyvarinenScore}. */
export type ScoreParametrisation = (typeof parametrisations)[number];

/** Smallest number whose logarithm a network is given: the unconstrained sampler may leave the positive numbers. */
const smallestInput = 1e-6;

/**
 * Makes a Hyvarinen score of a network.
 *
 * - `epsilon` (default): the network is given `log x_t` and predicts the noise z; `h = -1 - z / (sigma sqrt(t))`.
 * - `hyvarinen`: it is given `x_t` and predicts h.
 * - `stein`: it is given `x_t` and predicts `grad log p`; `h = x_t` times it, as in the authors' code.
 *
 * @param network `(input, t) => output` of the input's shape, which consumes the input and the times as an array `[batch]`
 * @param options `motion`; `parametrisation`
 * @returns `(xt, t) => h`, which consumes both; in a trace as well as outside
 * @throws RangeError for another parametrisation
 * @example
 * const motion = geometricBrownianMotion()
 * // A network that says "no noise": the score of a density that is flat in log x.
 * const score = hyvarinenScore((x, t) => { t.dispose(); return x.mul(0) }, { motion })
 * score(np.array([[1.5]]), 0.25) // [[-1]]
 */
export function hyvarinenScore(
  network: (input: np.Array, t: np.Array) => np.Array,
  options: { motion: BrownianMotion; parametrisation?: ScoreParametrisation },
): (xt: np.Array, t: Times) => np.Array {
  const { motion, parametrisation } = readOptions("hyvarinenScore", options, {
    motion: true,
    parametrisation: ["epsilon", oneOf(parametrisations)],
  });
  return (xt, t) => {
    const rows = timesOf(t, xt, { above: 0 });
    const times = np.broadcastTo(rows.ref.reshape([-1]), [xt.shape[0]]);
    if (parametrisation === "epsilon") {
      const noise = network(log(np.maximum(xt, smallestInput)), times);
      return noise.div(np.sqrt(rows).mul(motion.sigma)).add(1).neg();
    }
    rows.dispose();
    if (parametrisation === "hyvarinen") return network(xt, times);
    return network(xt.ref, times).mul(xt);
  };
}
