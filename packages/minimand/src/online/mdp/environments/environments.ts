import { checkNumber, derive, type RandomSource, randomSource } from "../../../engine/index.ts";
import type { LayerTable } from "./dynamic-programming.ts";
import { type TabularSimulator, tabularSimulator } from "./tabular-mdp.ts";

/**
 * A random linear MDP: features from Dirichlet(0.4), and `P(s' | s, a) = phi(s, a)^T mu(s')` with the dim distributions mu
 * over the next states from Dirichlet(0.3). Features are distributions, so that losses `phi^T theta` with theta in
 * `[0, 1]^dim` are in [0, 1]. With horizon 1 and one state it is a linear bandit.
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

/**
 * A combination lock: one action per layer is right, a wrong one leads off the track for good, and the loss is 0 only at
 * the end of the track (1 off it, in the last layer; 0 before). Features are one-hot, `dim = 2 actions`. Uniform actions
 * open it with probability `actions^-horizon`, so that it needs exploration.
 *
 * @returns the dynamics and the loss, which is the same in every episode
 * @throws RangeError for sizes below 1, less than two actions
 *
 * @example
 * const { simulator, loss } = combinationLock({ horizon: 6, actions: 2, seed: 0 });
 */
export function combinationLock({
  horizon,
  actions,
  seed,
}: {
  horizon: number;
  actions: number;
  seed: number;
}): { simulator: TabularSimulator; loss: LayerTable } {
  checkNumber("horizon", horizon, { min: 1, integer: true });
  checkNumber("actions", actions, { min: 2, integer: true });
  checkNumber("seed", seed, { integer: true });
  const random = randomSource(derive(seed, 21));
  const layers = Array.from({ length: horizon }, () => {
    const right = Math.floor(random() * actions);
    return Array.from({ length: actions }, (_, a) => a === right);
  });
  const oneHot = (hot: number, length: number) => Float64Array.from({ length }, (_, i) => Number(i === hot));
  const features = layers.map((_, h) =>
    (h === 0 ? [0] : [0, 1]).map((state) =>
      Array.from({ length: actions }, (_, a) => oneHot(state * actions + a, 2 * actions)),
    ),
  );
  const transition = layers
    .slice(1)
    .map((_, h) =>
      features[h].map((_, state) => layers[h].map((right) => oneHot(right && state === 0 ? 0 : 1, 2))),
    );
  const loss = features.map((states, h) =>
    states.map((_, state) => layers[h].map((right) => Number(h === horizon - 1 && !(right && state === 0)))),
  );
  return { simulator: tabularSimulator({ features, transition }), loss };
}

/** What may be offered to a visitor of {@link checkoutFunnel}. */
export const funnelActions = ["nothing", "reassurance", "discount"] as const;

/**
 * A checkout of four pages. On each a visitor is eager, hesitant or gone, and is shown nothing, a reassurance or a discount;
 * a discount keeps more visitors and costs margin. Losses: an offered discount costs a tenth, and a visitor who is not eager
 * on the last page has not bought. Campaigns change what a discount costs from phase to phase. Features are one-hot,
 * `dim = 9`. The numbers are made up; the shape is that of a real funnel.
 *
 * @returns the dynamics, and the loss of an episode by the price of a discount, in [0, 1]
 *
 * @example
 * const { simulator, lossAt } = checkoutFunnel();
 */
export function checkoutFunnel(): { simulator: TabularSimulator; lossAt(price: number): LayerTable } {
  const horizon = 4;
  // Probabilities of being eager, hesitant or gone on the next page.
  const eager = [
    [0.75, 0.15, 0.1],
    [0.8, 0.15, 0.05],
    [0.9, 0.07, 0.03],
  ];
  const hesitant = [
    [0.2, 0.4, 0.4],
    [0.4, 0.4, 0.2],
    [0.6, 0.25, 0.15],
  ];
  const gone = [0, 1, 2].map(() => [0, 0, 1]);
  const features = Array.from({ length: horizon }, () =>
    [0, 1, 2].map((state) =>
      [0, 1, 2].map((a) => Float64Array.from({ length: 9 }, (_, i) => Number(i === 3 * state + a))),
    ),
  );
  const transition = Array.from({ length: horizon - 1 }, () => [eager, hesitant, gone]);
  const simulator = tabularSimulator({ features, transition, start: [0.6, 0.4, 0] });
  return {
    simulator,
    lossAt(price) {
      checkNumber("price", price, { min: 0, max: 1 });
      return Array.from({ length: horizon }, (_, h) =>
        [0, 1, 2].map((state) =>
          [0, 1, 2].map((a) => {
            const offer = state !== 2 && a === 2 ? 0.1 * price : 0;
            const lost = h === horizon - 1 ? [0.1, 0.6 - 0.2 * a, 0.9][state] : 0;
            return lost + offer;
          }),
        ),
      );
    },
  };
}

/**
 * Losses linear in the features of a simulator that switch between two vectors theta from phase to phase, with a share that
 * stays: `l_k = phi^T (share theta_0 + (1 - share) theta_(1 or 2))`, each theta uniform in `[0, 1]^dim` for each layer.
 *
 * @param simulator features must be distributions, as those of {@link randomLinearMdp}, for losses to be in [0, 1]
 * @param options.episodes K; a phase lasts `K / phases`
 * @param options.share of the part that stays, from 0 to 1
 * @returns the loss table of an episode, `[layers][states][actions]`; the same object throughout a phase
 * @throws TypeError, RangeError for numbers outside their range
 *
 * @example
 * const lossOf = switchingLosses(mdp, { episodes: 2400, phases: 8, share: 0.5, seed: 0 });
 */
export function switchingLosses(
  { horizon, dim, states, actions, features }: TabularSimulator,
  { episodes, phases, share, seed }: { episodes: number; phases: number; share: number; seed: number },
): (episode: number) => LayerTable {
  checkNumber("episodes", episodes, { min: 1, integer: true });
  checkNumber("phases", phases, { min: 1, max: episodes, integer: true });
  checkNumber("share", share, { min: 0, max: 1 });
  checkNumber("seed", seed, { integer: true });
  const random = randomSource(derive(seed, 22));
  const theta = Array.from({ length: 3 }, () =>
    Array.from({ length: horizon }, () => Array.from({ length: dim }, random)),
  );
  const tables = [1, 2].map((kind) =>
    states.map((count, h) =>
      Array.from({ length: count }, (_, s) =>
        Array.from({ length: actions(h, s) }, (_, a) => {
          const phi = features(h, s, a);
          let loss = 0;
          for (let i = 0; i < dim; i++)
            loss += phi[i] * (share * theta[0][h][i] + (1 - share) * theta[kind][h][i]);
          return Math.min(1, loss);
        }),
      ),
    ),
  );
  return (episode) => tables[Math.min(phases - 1, Math.floor((episode * phases) / episodes)) % 2];
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
