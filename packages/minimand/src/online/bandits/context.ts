import { checkChoice, checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import type { BanditOptions } from "./bandit.ts";

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

/** Makes the function that checks and copies contexts. */
export function contextReader(options: BanditOptions): (context: BanditContext) => Arms {
  const { dim, arms, norm = "scale" } = options;
  checkNumber("dim", dim, { min: 1, integer: true });
  if (arms !== undefined) checkNumber("arms", arms, { min: 1, integer: true });
  checkChoice("norm", norm, ["scale", "check", "any"]);
  const vector = (argument: string, values: ArrayLike<number>): Float64Array => {
    if (typeof values !== "object" || values === null || typeof values.length !== "number")
      throw typeError(argument, `${dim} numbers`, values);
    if (values.length !== dim) throw rangeError(argument, `${dim} numbers`, values);
    const x = new Float64Array(dim);
    let square = 0;
    for (let i = 0; i < dim; i++) {
      const value = values[i];
      if (typeof value !== "number") throw typeError(`${argument}[${i}]`, "a finite number", value);
      if (!Number.isFinite(value)) throw rangeError(`${argument}[${i}]`, "a finite number", value);
      x[i] = value;
      square += value * value;
    }
    if (norm === "any") return x;
    const length = Math.sqrt(square);
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
      const x = vector("features", features as ArrayLike<number>);
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

/** Throws unless there are no names, or one for each arm, all different. */
export function checkActionIds(ids: unknown, count: number): readonly string[] | undefined {
  if (ids === undefined) return undefined;
  if (!Array.isArray(ids)) throw typeError("actionIds", `${count} names`, ids);
  if (ids.length !== count) throw rangeError("actionIds", `${count} names`, ids);
  for (const id of ids) if (typeof id !== "string") throw typeError("actionIds", "strings", id);
  if (new Set(ids).size !== count) throw rangeError("actionIds", "names that differ", ids);
  return ids;
}
