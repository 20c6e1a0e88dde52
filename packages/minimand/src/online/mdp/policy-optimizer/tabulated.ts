import { checkNumber, rangeError, typeError } from "../../../engine/errors.ts";
import type { RandomSource } from "../../../engine/random.ts";
import { checkVector, innerAt } from "../../vectors.ts";
import { drawIndex, type FiniteSimulator } from "../environments/simulator.ts";
import { backwardInto, checkState, covarianceOf, occupancies, type Tables } from "../environments/tables.ts";
import { localBonusInto } from "../estimators/bonus.ts";
import { geometricSeries, symmetrised } from "../estimators/covariance.ts";
import { ftrlInto } from "../estimators/ftrl.ts";
import { invertPositive, timesVector } from "../estimators/symmetric.ts";
import { type Core, type CoreSettings, hashOf, streams } from "./policy-core.ts";

/** Policies as tables over numbered states: `O(rows dim^2)` an episode, whatever their number so far. */
export function tabulatedCore(
  simulator: FiniteSimulator,
  tables: Tables,
  settings: CoreSettings,
): Core<number> & { policies: Float64Array[] } {
  const { horizon, dim, layers } = tables;
  const { schedule, regularizer, estimator, covariance, fresh, exactBonus, seed } = settings;
  const { eta, beta, gamma } = schedule;
  const perRow = (): Float64Array[] => layers.map(({ rows }) => new Float64Array(rows));
  const lambda = perRow();
  const policies = perRow();
  const estimates = perRow();
  const bonuses = perRow();
  const sigma = new Float64Array(dim * dim);
  const direction = new Float64Array(dim);
  const hashes = layers.map(({ states }, h) =>
    Int32Array.from({ length: states }, (_, s) => hashOf(simulator.key?.(h, s) ?? String(s))),
  );
  improve();

  function improve(): void {
    for (const [h, { states, first }] of layers.entries())
      for (let s = 0; s < states; s++)
        ftrlInto(regularizer, policies[h], lambda[h], first[s], first[s + 1] - first[s], eta);
  }

  function rollout(random: RandomSource, visit: (layer: number, row: number) => void): void {
    let state = checkState(tables, 0, simulator.start(random));
    for (let h = 0; h < horizon; h++) {
      const from = layers[h].first[state];
      const action = drawIndex(policies[h], from, layers[h].first[state + 1] - from, random);
      visit(h, from + action);
      if (h + 1 < horizon) state = checkState(tables, h + 1, simulator.step(h, state, action, random));
    }
  }

  /** Shares of visits to each row in so many trajectories of the current policy. */
  function shares(count: number, random: RandomSource): Float64Array[] {
    const visits = perRow();
    for (let i = 0; i < count; i++)
      rollout(random, (h, row) => {
        visits[h][row] += 1 / count;
      });
    return visits;
  }

  /** Sigma^+ of each layer, and the shares of visits they were made from. */
  function inverses(k: number): { sigmas: Float64Array[]; visits: Float64Array[] } {
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

  function freshVisits(k: number, visits: Float64Array[]): Float64Array[] | null {
    if (estimator === "plain") return null;
    if (fresh === "reuse" || covariance.kind === "exact") return visits;
    return shares(fresh, streams.fresh(seed, k));
  }

  /** Writes the estimates of layer h; returns the smallest. */
  function estimate(h: number, loss: number, visits: Float64Array | null): number {
    const { rows, features } = layers[h];
    let least = Infinity;
    for (let row = 0; row < rows; row++) {
      const u = innerAt(features, row * dim, direction);
      let q = u * loss;
      if (visits !== null) {
        timesRow(sigma, features, row);
        let m = 0;
        for (let other = 0; other < rows; other++)
          if (visits[other] > 0) m += visits[other] * Math.min(innerAt(features, other * dim, rowTimes), 0);
        q += horizon * (m - Math.min(u, 0));
      }
      estimates[h][row] = q;
      least = Math.min(least, q);
    }
    return least;
  }

  const rowTimes = new Float64Array(dim);
  /** `phi^T Sigma^+`: the matrix need not be symmetric to the last bit. */
  function timesRow(matrix: Float64Array, features: Float64Array, row: number): void {
    for (let j = 0; j < dim; j++) {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += features[row * dim + i] * matrix[i * dim + j];
      rowTimes[j] = sum;
    }
  }

  function localBonuses(h: number): void {
    const { states, first, features } = layers[h];
    for (let s = 0; s < states; s++) {
      const count = first[s + 1] - first[s];
      localBonusInto(bonuses[h], features, first[s], count, sigma, dim, policies[h], beta);
    }
  }

  function dilate(k: number): void {
    if (exactBonus) {
      backwardInto(tables, bonuses, policies, 1 + 1 / horizon);
      return;
    }
    for (let h = horizon - 2; h >= 0; h--) {
      const { states, first } = layers[h];
      const after = layers[h + 1].first;
      for (let s = 0; s < states; s++) {
        for (let row = first[s]; row < first[s + 1]; row++) {
          const random = streams.bonus(seed, k, h, hashes[h][s], row - first[s]);
          const next = checkState(tables, h + 1, simulator.step(h, s, row - first[s], random));
          const action = drawIndex(policies[h + 1], after[next], after[next + 1] - after[next], random);
          bonuses[h][row] += (1 + 1 / horizon) * bonuses[h + 1][after[next] + action];
        }
      }
    }
  }

  return {
    policies,
    policyAt(layer, state) {
      const s = checkState(tables, layer, state);
      return policies[layer].slice(layers[layer].first[s], layers[layer].first[s + 1]);
    },
    featuresAt(layer, state, action) {
      const row = layers[layer].first[state] + action;
      return layers[layer].features.slice(row * dim, (row + 1) * dim);
    },
    learn(k, chosen, suffix) {
      const { sigmas, visits } = inverses(k);
      const others = freshVisits(k, visits);
      let least = Infinity;
      for (let h = 0; h < horizon; h++) {
        sigma.set(sigmas[h]);
        timesVector(sigma, dim, chosen[h], 0, direction);
        least = Math.min(least, estimate(h, suffix[h], others?.[h] ?? null));
        if (beta > 0) localBonuses(h);
      }
      if (beta > 0) dilate(k);
      for (let h = 0; h < horizon; h++)
        for (let row = 0; row < lambda[h].length; row++)
          lambda[h][row] += estimates[h][row] - (beta > 0 ? bonuses[h][row] : 0);
      improve();
      return least;
    },
    save: () => lambda.map((row) => [...row]),
    load(saved) {
      if (!Array.isArray(saved)) throw typeError("snapshot.learned", "cumulative losses by layer", saved);
      checkNumber("snapshot.learned.length", saved.length, { min: horizon, max: horizon });
      for (const [h, { rows }] of layers.entries()) {
        checkVector(`snapshot.learned[${h}]`, saved[h]);
        if (saved[h].length !== rows) throw rangeError(`snapshot.learned[${h}]`, `${rows} numbers`, saved[h]);
      }
      return () => {
        for (const [h, row] of lambda.entries()) row.set(saved[h]);
        improve();
      };
    },
  };
}
