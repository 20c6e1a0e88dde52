import { checkNumber, derive, type RandomSource, randomSource } from "minimand/engine";
import { type TabularSimulator, tabularSimulator } from "./tabular-mdp.ts";

/**
 * Returns a random linear MDP: features from Dirichlet(0.4), and `P(s' | s, a) = phi(s, a)^T mu(s')` with the dim distributions mu over the
 * next states from Dirichlet(0.3). Features are distributions, so that losses `phi^T theta` with theta in `[0, 1]^dim` are in [0, 1]. With
 * horizon 1 and one state it is a linear bandit.
 *
 * @throws RangeError for sizes below 1
 *
 * @example
 * const mdp = randomLinearMdp({ horizon: 3, states: 6, actions: 5, dim: 4, seed: 0 });
 */
export function randomLinearMdp({
  horizon,
  states,
  actions,
  dim,
  seed,
}: {
  horizon: number;
  /** States of each layer; the first has one. */
  states: number;
  actions: number;
  dim: number;
  seed: number;
}): TabularSimulator {
  for (const [name, value] of Object.entries({ horizon, states, actions, dim }))
    checkNumber(name, value, { min: 1, integer: true });
  checkNumber("seed", seed, { integer: true });
  const random = randomSource(derive(seed, 20));
  const counts = Array.from({ length: horizon }, (_, h) => (h === 0 ? 1 : states));
  const features = counts.map((count) =>
    Array.from({ length: count }, () => Array.from({ length: actions }, () => dirichlet(dim, 0.4, random))),
  );
  const transition = features.slice(1).map((_, h) => {
    const mu = Array.from({ length: dim }, () => dirichlet(counts[h + 1], 0.3, random));
    return features[h].map((rows) =>
      rows.map((phi) =>
        Float64Array.from({ length: counts[h + 1] }, (_, s) =>
          phi.reduce((sum, x, i) => sum + x * mu[i][s], 0),
        ),
      ),
    );
  });
  return tabularSimulator({ features, transition });
}

/** A draw from the symmetric Dirichlet distribution. */
function dirichlet(length: number, concentration: number, random: RandomSource): Float64Array {
  const draws = Float64Array.from({ length }, () => gamma(concentration, random));
  const sum = draws.reduce((a, b) => a + b, 0);
  // All draws may underflow where the concentration is small: then one corner.
  if (!(sum > 1e-300)) return draws.fill(0).fill(1, 0, 1);
  return draws.map((x) => x / sum);
}

/** Marsaglia and Tsang's method for a shape of 1 or more; `g(shape) = g(shape + 1) u^(1/shape)` below. */
function gamma(shape: number, random: RandomSource): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}
