import { checkChoice, checkNumber, rangeError, typeError } from "minimand/engine";
import { checkedVector, inner } from "../vectors.ts";

/** What contexts look like. */
export interface ContextOptions {
  /** Numbers in a context vector. */
  dim: number;
  /**
   * With a number K there are always K arms, the context is one vector for all and every arm has weights of its own.
   * Without, the context has a vector for each arm, all arms share the weights, and their number may change from round to round.
   * K is at most 1,000,000.
   */
  arms?: number;
  /** `scale` (default) divides every context vector by its norm; `check` refuses vectors whose norm isn't 1; `any` takes all. */
  norm?: "scale" | "check" | "any";
}

/** What is known when a decision is made. */
export interface BanditContext {
  /** One vector for all arms where the bandit has `arms`, otherwise one for each arm. */
  features: ArrayLike<number> | readonly ArrayLike<number>[];
  /** Names of the arms, for logs; default their indices. */
  actionIds?: readonly string[];
}

/** A context that was looked at: copies of the vectors, of the right norm. */
export interface Arms {
  count: number;
  /** Every arm has weights of its own, and all share one vector. */
  own: boolean;
  /** A vector for each arm; one and the same where the context is shared. */
  rows: readonly Float64Array[];
}

/** Throws a RangeError unless a number of arms is an integer from 1 to 1,000,000: each decision lists a probability per arm. */
export function checkArms(arms: number): void {
  checkNumber("arms", arms, { min: 1, max: 1_000_000, integer: true });
}

/** Makes the function that checks and copies contexts. */
export function contextReader(options: ContextOptions): (context: BanditContext) => Arms {
  const { dim, arms, norm = "scale" } = options;
  checkNumber("dim", dim, { min: 1, integer: true });
  if (arms !== undefined) checkArms(arms);
  checkChoice("norm", norm, ["scale", "check", "any"]);
  const vector = (argument: string, values: unknown): Float64Array => {
    const x = checkedVector(argument, values, dim);
    if (norm === "any") return x;
    const length = Math.sqrt(inner(x, x));
    if (norm === "check") {
      if (Math.abs(length - 1) > 1e-6) throw rangeError(argument, "a vector of norm 1", length);
      return x;
    }
    if (!Number.isFinite(length)) throw rangeError(argument, "a vector of finite norm", length);
    // The zero vector has no direction and stays.
    if (length > 0) for (let i = 0; i < dim; i++) x[i] /= length;
    return x;
  };
  return (context) => {
    if (typeof context !== "object" || context === null)
      throw typeError("context", "an object with features", context);
    const { features } = context;
    if (arms !== undefined) {
      const x = vector("features", features);
      return { count: arms, own: true, rows: new Array<Float64Array>(arms).fill(x) };
    }
    if (!Array.isArray(features)) throw typeError("features", "a vector for each arm", features);
    if (features.length === 0) throw rangeError("features", "at least one arm", features);
    return {
      count: features.length,
      own: false,
      rows: features.map((values, arm) => vector(`features[${arm}]`, values)),
    };
  };
}

/** Returns one number for each arm. */
export function predictions(predict: (slot: number, x: Float64Array) => number, arms: Arms): Float64Array {
  const out = new Float64Array(arms.count);
  for (let arm = 0; arm < arms.count; arm++) out[arm] = predict(arms.own ? arm : 0, arms.rows[arm]);
  return out;
}

/** Throws unless there are no names, or one for each arm, all different. */
export function checkActionIds(ids: unknown, count: number): readonly string[] | undefined {
  if (ids === undefined) return undefined;
  if (!Array.isArray(ids)) throw typeError("actionIds", `${count} names`, ids);
  if (ids.length !== count) throw rangeError("actionIds", `${count} names`, ids);
  for (const id of ids) if (typeof id !== "string") throw typeError("actionIds", "strings", id);
  if (new Set(ids).size !== count) throw rangeError("actionIds", "names that differ", ids);
  return ids;
}
