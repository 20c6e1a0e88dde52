import { drawIndex, type FiniteSimulator } from "../environments/simulator.ts";
import { backwardInto, checkState, type Tables } from "../environments/tables.ts";
import { localBonusInto } from "../estimators/bonus.ts";
import type { PolicySettings } from "./policy-core.ts";
import { hashOf, streams } from "./random-streams.ts";

/**
 * Dilated bonuses of all rows, from the known dynamics or from one drawn successor each.
 *
 * @param policies by layer and row; read anew in every call
 * @returns the bonuses of episode k, by layer and row, given Sigma^+ of each layer; the arrays are used again
 */
export function tabulatedBonuses(
  simulator: FiniteSimulator,
  tables: Tables,
  policies: readonly Float64Array[],
  { schedule: { beta }, exactBonus, seed }: PolicySettings,
): (k: number, sigmas: readonly Float64Array[]) => readonly Float64Array[] {
  const { horizon, dim, layers } = tables;
  const bonuses = layers.map(({ rows }) => new Float64Array(rows));
  const hashes = layers.map(({ states }, h) =>
    Int32Array.from({ length: states }, (_, s) => hashOf(simulator.key?.(h, s) ?? String(s))),
  );

  function dilateByDraws(k: number): void {
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

  function localBonuses(h: number, sigma: Float64Array): void {
    const { states, first, features } = layers[h];
    for (let s = 0; s < states; s++) {
      const actions = first[s + 1] - first[s];
      localBonusInto(bonuses[h], features, first[s], actions, sigma, dim, policies[h], beta);
    }
  }

  return (k, sigmas) => {
    for (let h = 0; h < horizon; h++) localBonuses(h, sigmas[h]);
    if (exactBonus) backwardInto(tables, bonuses, policies, 1 + 1 / horizon);
    else dilateByDraws(k);
    return bonuses;
  };
}
