import type { RandomSource } from "minimand/engine";
import { invertPositive } from "minimand/internals";
import { drawIndex, type EpisodicSimulator } from "../environments/simulator.ts";
import { geometricSeries, symmetrised } from "../estimators/covariance.ts";
import { addOuter, scaledIdentity } from "../estimators/symmetric.ts";
import type { VisitedStates } from "./lazy-states.ts";
import type { PolicySettings } from "./policy-core.ts";
import { streams } from "./random-streams.ts";

/** What trajectories of the current policies, which are computed when a state is met, say. */
export interface LazyCovariances {
  /** Sigma^+ of each layer in episode k, and the features that they were made from. */
  inverses(k: number): { sigmas: Float64Array[]; used: Float64Array[][] };
  /** Features of each layer for the magnitude-reduced estimator; none for the plain one. */
  freshFeatures(k: number, used: Float64Array[][]): Float64Array[][];
}

export function lazyCovariances<State>(
  simulator: EpisodicSimulator<State>,
  states: VisitedStates<State>,
  policyBefore: (k: number, layer: number, state: State) => Float64Array,
  { schedule: { gamma }, estimator, covariance, fresh, seed }: PolicySettings,
): LazyCovariances {
  const { horizon, dim } = simulator;
  const perLayer = <T>(make: () => T): T[] => Array.from({ length: horizon }, make);

  function rollout(k: number, random: RandomSource, visit: (layer: number, phi: Float64Array) => void): void {
    let state = simulator.start(random);
    for (let h = 0; h < horizon; h++) {
      const policy = policyBefore(k, h, state);
      const action = drawIndex(policy, 0, policy.length, random);
      visit(h, states.lookUp(h, state).features.slice(action * dim, (action + 1) * dim));
      if (h + 1 < horizon) state = simulator.step(h, state, action, random);
    }
  }

  function resampled(
    k: number,
    { batches, length }: { batches: number; length: number },
  ): { sigmas: Float64Array[]; used: Float64Array[][] } {
    const random = streams.covariance(seed, k);
    const used = perLayer((): Float64Array[] => []);
    const series = perLayer(() => geometricSeries(dim, gamma, 0.5));
    const sigmas = perLayer(() => new Float64Array(dim * dim));
    for (let m = 0; m < batches; m++) {
      for (const one of series) one.restart();
      for (let n = 0; n < length; n++)
        rollout(k, random, (h, phi) => {
          series[h].next(phi, 0);
          used[h].push(phi);
        });
      for (const [h, one] of series.entries())
        for (let i = 0; i < dim * dim; i++) sigmas[h][i] += one.sum[i] / batches;
    }
    return { sigmas: sigmas.map((matrix) => symmetrised(matrix, dim)), used };
  }

  return {
    inverses(k) {
      if (covariance.kind === "mgr") return resampled(k, covariance);
      const random = streams.covariance(seed, k);
      const used = perLayer((): Float64Array[] => []);
      const count = covariance.kind === "empirical" ? covariance.rollouts : 0;
      const sigmas = perLayer(() => scaledIdentity(dim, gamma));
      for (let i = 0; i < count; i++)
        rollout(k, random, (h, phi) => {
          addOuter(sigmas[h], dim, phi, 0, 1 / count);
          used[h].push(phi);
        });
      for (const matrix of sigmas) invertPositive(matrix, dim);
      return { sigmas, used };
    },
    freshFeatures(k, used) {
      const features = perLayer((): Float64Array[] => []);
      if (estimator === "plain") return features;
      if (fresh === "reuse") return used;
      const random = streams.fresh(seed, k);
      for (let i = 0; i < fresh; i++) rollout(k, random, (h, phi) => features[h].push(phi));
      return features;
    },
  };
}
