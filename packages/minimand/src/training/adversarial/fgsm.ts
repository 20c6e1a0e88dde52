import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import { type AttackObjective, type PgdOptions, pgdStep } from "./pgd.ts";

/** How a {@link fgsm} attack is built. */
export type FgsmOptions = Pick<PgdOptions, "clip" | "compile">;

/** A compiled attack of one step. Consumes inputs and context; returns the perturbed inputs. */
export interface FgsmAttack<C extends Tree> {
  (x: np.Array, context: C, size: { gamma: number }): np.Array;
  dispose(): void;
}

/**
 * The fast gradient sign method: one step from the inputs themselves to a corner of the box around them.
 *
 * `x' = x + gamma sign(g)`, `g` the gradient of the objective at x; clipped to the range of legal inputs
 *
 * @param objective per-example values to be made large
 * @param options `clip`, `compile` as of `pgd`
 * @returns an attack `(x [batch, ...], context, { gamma }) => x' [batch, ...]`; it throws RangeError for a `gamma` below 0
 * @throws TypeError, RangeError for an empty range
 * @example
 * const attack = fgsm((x, w: np.Array) => np.square(np.matmul(x, w)).sum(-1))
 * attack(np.array([[1, 2]]), np.array([[1], [-3]]), { gamma: 0.1 }) // [0.9, 2.1]
 * @see Goodfellow et al. 2015, arXiv 1412.6572, section 4
 */
export function fgsm<C extends Tree>(
  objective: AttackObjective<C>,
  options: FgsmOptions = {},
): FgsmAttack<C> {
  readOptions("fgsm", options, { clip: true, compile: true });
  const step = pgdStep(objective, { ...options, norm: "linf" });
  return Object.assign(
    (x: np.Array, context: C, { gamma }: { gamma: number }): np.Array => {
      checkNumber("gamma", gamma, { min: 0 });
      const start = np.zeros(x.shape, { dtype: x.dtype });
      const [delta, values] = step(start, x.ref, context, { gamma, stepSize: gamma });
      values.dispose();
      return x.add(delta);
    },
    { dispose: () => step.dispose() },
  );
}
