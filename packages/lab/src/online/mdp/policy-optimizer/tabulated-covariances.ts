import type { RandomSource } from "minimand/engine";
import { invertPositive } from "minimand/internals";
import { drawIndex, type FiniteSimulator } from "../environments/simulator.ts";
import { checkState, covarianceOf, occupancies, type Tables } from "../environments/tables.ts";
import { geometricSeries, symmetrised } from "../estimators/covariance.ts";
import type { PolicySettings } from "./policy-core.ts";
import { streams } from "./random-streams.ts";

/** What trajectories of the current policies, which are tables, say. */
export interface TabulatedCovariances {
  /** Sigma^+ of each layer in episode k, and the shares of visits to each row that they were made from. */
  inverses(k: number): { sigmas: Float64Array[]; visits: Float64Array[] };
  /** Shares of visits for the magnitude-reduced estimator; null for the plain one. */
  freshVisits(k: number, visits: Float64Array[]): Float64Array[] | null;
}

/** @param policies by layer and row; read anew whenever they are asked about */
export function tabulatedCovariances(
  simulator: FiniteSimulator,
  tables: Tables,
  policies: readonly Float64Array[],
  { schedule: { gamma }, estimator, covariance, fresh, seed }: PolicySettings,
): TabulatedCovariances {
  const { horizon, dim, layers } = tables;
  const perRow = (): Float64Array[] => layers.map(({ rows }) => new Float64Array(rows));

  function rollout(random: RandomSource, visit: (layer: number, row: number) => void): void {
    let state = checkState(tables, 0, simulator.start(random));
    for (let h = 0; h < horizon; h++) {
      const from = layers[h].first[state];
      const action = drawIndex(policies[h], from, layers[h].first[state + 1] - from, random);
      visit(h, from + action);
      if (h + 1 < horizon) state = checkState(tables, h + 1, simulator.step(h, state, action, random));
    }
  }

  /** Shares of visits to each row in `count` trajectories. */
  function shares(count: number, random: RandomSource): Float64Array[] {
    const visits = perRow();
    for (let i = 0; i < count; i++)
      rollout(random, (h, row) => {
        visits[h][row] += 1 / count;
      });
    return visits;
  }

  function resampled(
    k: number,
    { batches, length }: { batches: number; length: number },
  ): { sigmas: Float64Array[]; visits: Float64Array[] } {
    const random = streams.covariance(seed, k);
    const visits = perRow();
    const series = layers.map(() => geometricSeries(dim, gamma, 0.5));
    const sigmas = layers.map(() => new Float64Array(dim * dim));
    for (let m = 0; m < batches; m++) {
      for (const one of series) one.restart();
      for (let n = 0; n < length; n++)
        rollout(random, (h, row) => {
          series[h].next(layers[h].features, row * dim);
          visits[h][row] += 1 / (batches * length);
        });
      for (const [h, one] of series.entries())
        for (let i = 0; i < dim * dim; i++) sigmas[h][i] += one.sum[i] / batches;
    }
    for (const matrix of sigmas) symmetrised(matrix, dim);
    return { sigmas, visits };
  }

  return {
    inverses(k) {
      if (covariance.kind === "mgr") return resampled(k, covariance);
      const visits =
        covariance.kind === "exact"
          ? occupancies(tables, policies)
          : shares(covariance.rollouts, streams.covariance(seed, k));
      const sigmas = layers.map((layer, h) => {
        const matrix = covarianceOf(layer, dim, visits[h], gamma, new Float64Array(dim * dim));
        invertPositive(matrix, dim);
        return matrix;
      });
      return { sigmas, visits };
    },
    freshVisits(k, visits) {
      if (estimator === "plain") return null;
      if (fresh === "reuse" || covariance.kind === "exact") return visits;
      return shares(fresh, streams.fresh(seed, k));
    },
  };
}
