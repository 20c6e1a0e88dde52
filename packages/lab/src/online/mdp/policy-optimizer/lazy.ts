import type { EpisodicSimulator } from "../environments/simulator.ts";
import { lazyCovariances } from "./lazy-covariances.ts";
import {
  estimateOf,
  type LearnedLayer,
  learnedLayer,
  restoredHistory,
  savedHistory,
} from "./lazy-history.ts";
import { lazyPolicies } from "./lazy-policies.ts";
import { featuresOf, visitedStates } from "./lazy-states.ts";
import type { PolicyCore, PolicySettings } from "./policy-core.ts";

/**
 * Policies computed when a state is met, from all episodes so far: `O(K dim^2)` numbers are kept, and a new state takes
 * `O(k actions (dim^2 + bonuses))` operations. With bonuses, and states that don't recur, the work grows like
 * `(k actions)^(layers left)`: for horizons up to 3, or keys that lump states together.
 */
export function lazyCore<State>(
  simulator: EpisodicSimulator<State>,
  settings: PolicySettings,
): PolicyCore<State> {
  const { horizon, dim } = simulator;
  const how = { estimator: settings.estimator, horizon };
  /** `history[k][h]`. */
  const history: LearnedLayer[][] = [];
  const states = visitedStates(simulator);
  const policyBefore = lazyPolicies(simulator, states, history, settings);
  const { inverses, freshFeatures } = lazyCovariances(simulator, states, policyBefore, settings);
  return {
    policyAt: (layer, state) => policyBefore(history.length, layer, state),
    featuresAt: (layer, state, action) => Float64Array.from(featuresOf(simulator, layer, state, action)),
    learn(k, chosen, suffix) {
      const { sigmas, used } = inverses(k);
      const others = freshFeatures(k, used);
      const layers = sigmas.map((sigma, h) => learnedLayer(sigma, chosen[h], suffix[h], others[h]));
      history.push(layers);
      let least = Infinity;
      // States are asked about later, if ever: the smallest estimate is over what this episode met.
      for (const [h, learned] of layers.entries())
        for (const phi of [chosen[h], ...others[h]])
          least = Math.min(least, estimateOf(learned, phi, 0, how));
      return least;
    },
    save: () => savedHistory(history),
    load(saved, episodes) {
      const loaded = restoredHistory(saved, episodes, horizon, dim);
      return () => {
        history.length = 0;
        for (const layers of loaded) history.push(layers);
        states.clear();
      };
    },
  };
}
