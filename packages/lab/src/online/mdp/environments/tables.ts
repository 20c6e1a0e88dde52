import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkDistribution, checkFeatures } from "../checks.ts";
import { addOuter } from "../estimators/symmetric.ts";
import type { FiniteSimulator } from "./simulator.ts";

/** One layer of a finite simulator as arrays with a row for each pair of state and action. */
export interface Layer {
  states: number;
  /** The rows of state s are `first[s]` to `first[s + 1] - 1`. */
  first: Int32Array;
  rows: number;
  /** `[rows, dim]`. */
  features: Float64Array;
  /** `[rows, states of the next layer]`, or null where it is not known; empty in the last layer. */
  next: Float64Array | null;
}

/** A finite simulator as arrays. */
export interface Tables {
  horizon: number;
  dim: number;
  layers: Layer[];
  /** Distribution over the states of layer 0, or null where it is not known. */
  start: Float64Array | null;
  /** Largest number of actions. */
  actions: number;
}

/** Asks a finite simulator for everything once. */
export function tablesOf(simulator: FiniteSimulator): Tables {
  const { horizon, dim, states } = simulator;
  const known = simulator.transition !== undefined;
  let most = 0;
  const layers = states.map((count, h): Layer => {
    const first = new Int32Array(count + 1);
    for (let s = 0; s < count; s++) {
      const actions: unknown = simulator.actions(h, s);
      checkNumber(`simulator.actions(${h}, ${s})`, actions, { min: 1, integer: true });
      first[s + 1] = first[s] + actions;
      most = Math.max(most, actions);
    }
    const rows = first[count];
    const features = new Float64Array(rows * dim);
    const width = h + 1 < horizon ? states[h + 1] : 0;
    const next = known ? new Float64Array(rows * width) : null;
    for (let s = 0; s < count; s++) {
      for (let row = first[s]; row < first[s + 1]; row++) {
        const place = `(${h}, ${s}, ${row - first[s]})`;
        const phi = simulator.features(h, s, row - first[s]);
        checkFeatures(`simulator.features${place}`, phi, dim);
        features.set(phi, row * dim);
        if (next === null || width === 0) continue;
        const p = simulator.transition!(h, s, row - first[s]);
        checkDistribution(`simulator.transition${place}`, p, width);
        next.set(p, row * width);
      }
    }
    return { states: count, first, rows, features, next };
  });
  const { startDistribution } = simulator;
  if (startDistribution !== undefined)
    checkDistribution("simulator.startDistribution", startDistribution, states[0]);
  const start = startDistribution === undefined ? null : Float64Array.from(startDistribution);
  return { horizon, dim, layers, start, actions: most };
}

/** Throws unless dynamics and start are known. */
export function checkKnown({ layers, start }: Tables, what: string): void {
  if (start === null)
    throw typeError("simulator.startDistribution", `a distribution, for ${what}`, undefined);
  if (layers.some(({ next }) => next === null))
    throw typeError("simulator.transition", `a function, for ${what}`, undefined);
}

/** Probabilities of meeting each row under policies given by rows, from the exact dynamics. */
export function occupancies({ layers, start }: Tables, policies: readonly Float64Array[]): Float64Array[] {
  let arriving = start!;
  return layers.map(({ states, first, rows, next }, h) => {
    const met = new Float64Array(rows);
    const width = next!.length / rows;
    const leaving = new Float64Array(width);
    for (let s = 0; s < states; s++) {
      if (arriving[s] === 0) continue;
      for (let row = first[s]; row < first[s + 1]; row++) {
        met[row] = arriving[s] * policies[h][row];
        for (let t = 0; t < width; t++) leaving[t] += met[row] * next![row * width + t];
      }
    }
    arriving = leaving;
    return met;
  });
}

/** `gamma I + sum_rows weight phi phi^T` of a layer. */
export function covarianceOf(
  { rows, features }: Layer,
  dim: number,
  weights: Float64Array,
  gamma: number,
  out: Float64Array,
): Float64Array {
  out.fill(0);
  for (let i = 0; i < dim; i++) out[i * dim + i] = gamma;
  for (let row = 0; row < rows; row++)
    if (weights[row] > 0) addOuter(out, dim, features, row * dim, weights[row]);
  return out;
}

/** Returns the number of a state, checked. */
export function checkState({ layers }: Tables, layer: number, state: unknown): number {
  checkNumber("state", state, { min: 0, max: layers[layer].states - 1, integer: true });
  return state;
}

/**
 * `X(row) = x(row) + factor E_next E_policy X`, layer by layer from the last, with exact dynamics; into `x`, which is returned. The
 * expectation over the policy in each state of the first layer, weighted by its start, is returned with it.
 */
export function backwardInto(
  { layers, start }: Tables,
  x: readonly Float64Array[],
  policies: readonly Float64Array[],
  factor: number,
): number {
  let values: Float64Array | null = null;
  for (let h = layers.length - 1; h >= 0; h--) {
    const { states, first, rows, next } = layers[h];
    const current = new Float64Array(states);
    const width = values === null ? 0 : next!.length / rows;
    for (let s = 0; s < states; s++) {
      for (let row = first[s]; row < first[s + 1]; row++) {
        let sum = 0;
        for (let t = 0; t < width; t++) sum += next![row * width + t] * values![t];
        x[h][row] += factor * sum;
        current[s] += policies[h][row] * x[h][row];
      }
    }
    values = current;
  }
  let value = 0;
  for (let s = 0; s < layers[0].states; s++) value += (start?.[s] ?? 0) * values![s];
  return value;
}

/** Throws for tables in which some layer has another number of rows. */
export function checkTable(argument: string, table: readonly ArrayLike<number>[], { layers }: Tables): void {
  if (!Array.isArray(table)) throw typeError(argument, "numbers by layer", table);
  if (table.length !== layers.length) throw rangeError(argument, `${layers.length} layers`, table);
  for (const [h, { rows }] of layers.entries())
    if (table[h].length !== rows) throw rangeError(`${argument}[${h}]`, `${rows} numbers`, table[h]);
}
