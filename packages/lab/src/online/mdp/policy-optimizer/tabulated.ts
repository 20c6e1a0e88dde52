import { checkNumber, typeError } from "minimand/engine";
import { checkVector, innerAt } from "../../vectors.ts";
import type { FiniteSimulator } from "../environments/simulator.ts";
import { checkState, type Layer, type Tables } from "../environments/tables.ts";
import { policyWriter } from "../estimators/ftrl.ts";
import { timesVector } from "../estimators/symmetric.ts";
import type { PolicyCore, PolicySettings } from "./policy-core.ts";
import { tabulatedBonuses } from "./tabulated-bonuses.ts";
import { tabulatedCovariances } from "./tabulated-covariances.ts";

/** Policies as tables over numbered states: `O(rows dim^2)` an episode, whatever their number so far. */
export function tabulatedCore(
  simulator: FiniteSimulator,
  tables: Tables,
  settings: PolicySettings,
): PolicyCore<number> {
  const { horizon, dim, layers } = tables;
  const { schedule } = settings;
  const writePolicy = policyWriter(settings.regularizer);
  const perRow = (): Float64Array[] => layers.map(({ rows }) => new Float64Array(rows));
  const lambda = perRow();
  const policies = perRow();
  const estimates = perRow();
  const direction = new Float64Array(dim);
  const { inverses, freshVisits } = tabulatedCovariances(simulator, tables, policies, settings);
  const bonusesOf = tabulatedBonuses(simulator, tables, policies, settings);
  improve();

  function improve(): void {
    for (const [h, { states, first }] of layers.entries())
      for (let s = 0; s < states; s++)
        writePolicy(policies[h], lambda[h], first[s], first[s + 1] - first[s], schedule.eta);
  }

  return {
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
        const [layer, q] = [layers[h], estimates[h]];
        timesVector(sigmas[h], dim, chosen[h], 0, direction);
        writeEstimates(q, layer, direction, suffix[h]);
        if (others !== null)
          reduceMagnitude(q, layer, direction, { sigma: sigmas[h], visits: others[h], horizon });
        for (let row = 0; row < q.length; row++) least = Math.min(least, q[row]);
      }
      const bonuses = schedule.beta > 0 ? bonusesOf(k, sigmas) : null;
      for (let h = 0; h < horizon; h++) {
        const [sum, q, bonus] = [lambda[h], estimates[h], bonuses?.[h]];
        for (let row = 0; row < sum.length; row++)
          sum[row] += q[row] - (bonus === undefined ? 0 : bonus[row]);
      }
      improve();
      return least;
    },
    save: () => lambda.map((row) => [...row]),
    load(saved) {
      if (!Array.isArray(saved)) throw typeError("snapshot.learned", "cumulative losses by layer", saved);
      checkNumber("snapshot.learned.length", saved.length, { min: horizon, max: horizon });
      for (const [h, { rows }] of layers.entries()) checkVector(`snapshot.learned[${h}]`, saved[h], rows);
      return () => {
        for (const [h, row] of lambda.entries()) row.set(saved[h]);
        improve();
      };
    },
  };
}

/** The plain estimate of each row: `phi^T direction loss`. */
function writeEstimates(
  estimates: Float64Array,
  { rows, features }: Layer,
  direction: Float64Array,
  loss: number,
): void {
  const dim = direction.length;
  for (let row = 0; row < rows; row++) estimates[row] = innerAt(features, row * dim, direction) * loss;
}

/** Makes plain estimates magnitude-reduced ones, with `visits` for the share of each row in fresh trajectories. */
function reduceMagnitude(
  estimates: Float64Array,
  { rows, features }: Layer,
  direction: Float64Array,
  { sigma, visits, horizon }: { sigma: Float64Array; visits: Float64Array; horizon: number },
): void {
  const dim = direction.length;
  const rowTimes = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    // phi^T Sigma^+: the matrix need not be symmetric to the last bit.
    for (let j = 0; j < dim; j++) {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += features[row * dim + i] * sigma[i * dim + j];
      rowTimes[j] = sum;
    }
    let m = 0;
    for (let other = 0; other < rows; other++)
      if (visits[other] > 0) m += visits[other] * Math.min(innerAt(features, other * dim, rowTimes), 0);
    const u = innerAt(features, row * dim, direction);
    estimates[row] += horizon * (m - Math.min(u, 0));
  }
}
