import { rangeError, typeError } from "minimand/engine";
import { checkDistribution, checkRows, type Rows } from "../checks.ts";

/** Numbers by layer, state and action. */
export type LayerTable = readonly Rows[];

/** Distributions over the states of the next layer, by layer, state and action. */
export type TransitionTable = readonly (readonly Rows[])[];

/** Throws unless the three tables speak of the same layers, states and actions. */
export function checkLayers(
  argument: string,
  table: unknown,
  transition: unknown,
  policy: unknown,
): asserts table is LayerTable {
  if (!Array.isArray(table)) throw typeError(argument, "numbers by layer, state and action", table);
  if (table.length === 0) throw rangeError(argument, "at least one layer", table);
  checkTransition(argument, table, transition);
  if (!Array.isArray(policy)) throw typeError("policy", "distributions by layer and state", policy);
  if (policy.length !== table.length)
    throw rangeError("policy", `${table.length} layers, as many as ${argument}`, policy);
  for (const [h, states] of table.entries()) {
    if (!Array.isArray(policy[h])) throw typeError(`policy[${h}]`, "distributions by state", policy[h]);
    if (policy[h].length !== states.length)
      throw rangeError(`policy[${h}]`, `${states.length} states`, policy[h]);
    for (const [s, row] of states.entries())
      checkDistribution(`policy[${h}][${s}]`, policy[h][s], row.length);
  }
}

function checkTransition(argument: string, table: readonly unknown[], transition: unknown): void {
  if (!Array.isArray(transition))
    throw typeError("transition", "distributions by layer, state and action", transition);
  if (transition.length < table.length - 1)
    throw rangeError("transition", `at least ${table.length - 1} layers`, transition);
  for (const [h, states] of table.entries()) {
    if (!Array.isArray(states)) throw typeError(`${argument}[${h}]`, "numbers by state and action", states);
    if (states.length === 0) throw rangeError(`${argument}[${h}]`, "at least one state", states);
    for (const [s, row] of states.entries()) {
      checkRows(`${argument}[${h}][${s}]`, [row]);
      if (h === table.length - 1) continue;
      const rows: unknown = transition[h]?.[s];
      if (!Array.isArray(rows)) throw typeError(`transition[${h}][${s}]`, "distributions by action", rows);
      if (rows.length !== row.length)
        throw rangeError(`transition[${h}][${s}]`, `${row.length} actions`, rows);
      const next = (table[h + 1] as readonly unknown[]).length;
      for (const [a, p] of rows.entries()) checkDistribution(`transition[${h}][${s}][${a}]`, p, next);
    }
  }
}

/**
 * Q of a policy in a known MDP: `Q(s, a) = l(s, a) + sum_s' P(s' | s, a) sum_a' policy(a' | s') Q(s', a')`.
 *
 * @param input.loss `[layers][states][actions]`
 * @param input.transition `[layers][states][actions][next states]`; that of the last layer is not looked at
 * @param input.policy `[layers][states][actions]`
 * @returns Q, in the shape of `loss`
 * @throws TypeError, RangeError for tables of other shapes, numbers that are not finite, rows that are no distributions
 *
 * @example
 * policyEvaluationDp({ loss: [[[1]], [[0, 1]]], transition: [[[[1]]]], policy: [[[1]], [[0.5, 0.5]]] }) // [1.5, 0, 1]
 */
export function policyEvaluationDp({
  loss,
  transition,
  policy,
}: {
  loss: LayerTable;
  transition: TransitionTable;
  policy: LayerTable;
}): Float64Array[][] {
  checkLayers("loss", loss, transition, policy);
  return backward(loss, transition, policy, 1);
}

/**
 * Returns the best policy for a loss (of many episodes: for their sum, as episodes don't influence each other) in a known MDP.
 *
 * @param input.loss `[layers][states][actions]`
 * @param input.transition `[layers][states][actions][next states]`; that of the last layer is not looked at
 * @returns the value of each state, `[layers][states]`, and the best action there, the first of equals
 * @throws TypeError, RangeError for tables of other shapes, numbers that are not finite, rows that are no distributions
 *
 * @example
 * bestPolicyDp({ loss: [[[1]], [[0.25, 1]]], transition: [[[[1]]]] }).value // [1.25, 0.25]
 */
export function bestPolicyDp({ loss, transition }: { loss: LayerTable; transition: TransitionTable }): {
  value: Float64Array[];
  action: Int32Array[];
} {
  if (!Array.isArray(loss)) throw typeError("loss", "numbers by layer, state and action", loss);
  if (loss.length === 0) throw rangeError("loss", "at least one layer", loss);
  checkTransition("loss", loss, transition);
  const value: Float64Array[] = new Array(loss.length);
  const action: Int32Array[] = new Array(loss.length);
  for (let h = loss.length - 1; h >= 0; h--) {
    const next = h === loss.length - 1 ? new Float64Array(0) : value[h + 1];
    value[h] = new Float64Array(loss[h].length).fill(Infinity);
    action[h] = new Int32Array(loss[h].length);
    for (const [s, row] of (loss[h] as Rows).entries()) {
      for (let a = 0; a < row.length; a++) {
        let q = row[a];
        for (let t = 0; t < next.length; t++) q += transition[h][s][a][t] * next[t];
        if (q < value[h][s]) [value[h][s], action[h][s]] = [q, a];
      }
    }
  }
  return { value, action };
}

/** `X(s, a) = x(s, a) + factor sum_s' P(s' | s, a) sum_a' policy(a' | s') X(s', a')`, layer by layer from the last. */
export function backward(
  table: LayerTable,
  transition: TransitionTable,
  policy: LayerTable,
  factor: number,
): Float64Array[][] {
  const result: Float64Array[][] = new Array(table.length);
  let next: number[] = [];
  for (let h = table.length - 1; h >= 0; h--) {
    const values = next;
    result[h] = table[h].map((row, s) =>
      Float64Array.from(row, (x, a) => {
        let sum = 0;
        for (let t = 0; t < values.length; t++) sum += transition[h][s][a][t] * values[t];
        return x + factor * sum;
      }),
    );
    const current = result[h];
    next = current.map((row, s) => row.reduce((sum, x, a) => sum + policy[h][s][a] * x, 0));
  }
  return result;
}
