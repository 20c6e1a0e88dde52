import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkedVector } from "../../online/vectors.ts";

/** Pairs by number: in which context which of two actions was preferred. */
export interface PairTable {
  context: ArrayLike<number>;
  chosen: ArrayLike<number>;
  rejected: ArrayLike<number>;
}

/** The setting of the max-min problem: policies as tables `[contexts][actions]`, rows that sum to 1. */
export interface MaximinSetting {
  /** All > 0. */
  refPolicy: readonly ArrayLike<number>[];
  /** The policy whose reward is subtracted. */
  basePolicy: readonly ArrayLike<number>[];
  /** Distribution of contexts, `[contexts]`. */
  d0: ArrayLike<number>;
  /** Weight of the divergence from the reference, `> 0`. */
  beta: number;
  /** Weight of pessimism, `> 0`. */
  eta: number;
}

/** The problem as the solver reads it: flat, row-major, checked. */
export interface Tables {
  S: number;
  K: number;
  ref: Float64Array;
  base: Float64Array;
  d0: Float64Array;
  beta: number;
  eta: number;
  /** Entries of the table that each pair compares. */
  chosen: Int32Array;
  rejected: Int32Array;
}

/** Checks pairs and setting, each named in errors as it came. */
export function readTables(data: PairTable, setting: MaximinSetting): Tables {
  const { beta, eta } = setting;
  checkNumber("beta", beta, { above: 0 });
  checkNumber("eta", eta, { above: 0 });
  const { flat: ref, S, K } = readTable("refPolicy", setting.refPolicy);
  const { flat: base } = readTable("basePolicy", setting.basePolicy, S, K);
  const d0 = checkedVector("d0", setting.d0, S);
  checkDistribution("d0", d0);
  for (let s = 0; s < S; s++) {
    checkDistribution(`refPolicy[${s}]`, ref.subarray(s * K, (s + 1) * K), 0);
    checkDistribution(`basePolicy[${s}]`, base.subarray(s * K, (s + 1) * K));
  }
  if (typeof data !== "object" || data === null)
    throw typeError("data", "pairs { context, chosen, rejected }", data);
  const n = data.context?.length ?? 0;
  if (n === 0) throw rangeError("data.context", "at least one pair", data.context);
  const entries = (name: "chosen" | "rejected"): Int32Array => {
    if (data[name]?.length !== n) throw rangeError(`data.${name}`, `${n} actions`, data[name]);
    return Int32Array.from({ length: n }, (_, i) => {
      checkNumber(`data.context[${i}]`, data.context[i], { min: 0, below: S, integer: true });
      checkNumber(`data.${name}[${i}]`, data[name][i], { min: 0, below: K, integer: true });
      return data.context[i] * K + data[name][i];
    });
  };
  const [chosen, rejected] = [entries("chosen"), entries("rejected")];
  for (let i = 0; i < n; i++)
    if (chosen[i] === rejected[i])
      throw rangeError(`data.rejected[${i}]`, "another action than the chosen one", data.rejected[i]);
  return { S, K, ref, base, d0, beta, eta, chosen, rejected };
}

/** Returns a table of numbers, flat; with the sizes that it must have where they are known. */
export function readTable(
  argument: string,
  table: unknown,
  rows?: number,
  columns?: number,
): { flat: Float64Array; S: number; K: number } {
  const expected = rows === undefined ? "a list of rows of numbers" : `${rows} rows of ${columns} numbers`;
  if (!Array.isArray(table)) throw typeError(argument, expected, table);
  const [S, K] = [rows ?? table.length, columns ?? table[0]?.length ?? 0];
  if (table.length !== S || S === 0 || K === 0) throw rangeError(argument, expected, table);
  const flat = new Float64Array(S * K);
  for (let s = 0; s < S; s++) flat.set(checkedVector(`${argument}[${s}]`, table[s], K), s * K);
  return { flat, S, K };
}

/** Returns rows of a flat table. */
export function rowsOf(flat: Float64Array, K: number): number[][] {
  return Array.from({ length: flat.length / K }, (_, s) => [...flat.subarray(s * K, (s + 1) * K)]);
}

function checkDistribution(argument: string, p: Float64Array, above?: number): void {
  let sum = 0;
  for (const v of p) {
    if (!(above === undefined ? v >= 0 : v > above))
      throw rangeError(argument, above === undefined ? "probabilities >= 0" : "probabilities > 0", v);
    sum += v;
  }
  if (!(Math.abs(sum - 1) <= 1e-9 * Math.max(1, p.length)))
    throw rangeError(argument, "numbers that sum to 1", sum);
}
