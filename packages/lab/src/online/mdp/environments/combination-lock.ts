import { checkNumber, derive, randomSource } from "minimand/engine";
import type { LayerTable } from "./dynamic-programming.ts";
import { type TabularSimulator, tabularSimulator } from "./tabular-mdp.ts";

/**
 * Returns a combination lock: one action per layer is right, and a wrong one leads off the track for good. The loss is 0 only at the end of
 * the track (1 off it, in the last layer; 0 before). Features are one-hot, `dim = 2 actions`. Uniform actions open it with probability
 * `actions^-horizon`, so that it needs exploration.
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
