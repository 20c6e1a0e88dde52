import type { Column, Table } from "../../read/table.ts";
import type { PairTable } from "./pair-table.ts";

/** What pairs say that were judged more than once, in whichever order. */
export interface RepeatedPairs {
  /** Different pairs that were judged more than once, and how many labels they have together. */
  pairs: number;
  labels: number;
  /** Labels against the majority of their pair: where one response is better, at least so many are wrong. */
  contradictions: number;
  /** Of each two labels of the same pair, how many say the same: what `fromAgreement` takes. */
  agreements: number;
  total: number;
}

/**
 * Counts labels that agree and labels that contradict each other, among pairs of the same two responses to the same prompt. Two labels
 * that agree may be one that was copied; two that don't can't both be right, unless it is a matter of taste.
 *
 * @example
 * const { agreements, total } = repeatedPairs(pairs);
 * estimateFlipRate.fromAgreement({ agreements, total });
 */
export function repeatedPairs(pairs: Pick<PairTable, "chosen" | "rejected" | "prompts">): RepeatedPairs {
  const ids = new Map<string, number>();
  // What belongs to both sides, as who judged and when, makes no other pair of them; what was asked does.
  const told = pairs.chosen.columns.map((column, j) => differ(column, pairs.rejected.columns[j]!));
  const idsOf = (table: Table): number[] =>
    Array.from({ length: table.rows }, (_, row) => {
      const cells = table.columns.flatMap((column, j) => (told[j] ? [column.at(row)] : []));
      const key = JSON.stringify([pairs.prompts?.[row], ...cells]);
      const id = ids.get(key) ?? ids.size;
      ids.set(key, id);
      return id;
    });
  const [chosen, rejected] = [idsOf(pairs.chosen), idsOf(pairs.rejected)];
  const counts = new Map<string, [number, number]>();
  for (const [i, w] of chosen.entries()) {
    const l = rejected[i]!;
    const key = w < l ? `${w} ${l}` : `${l} ${w}`;
    const own = counts.get(key) ?? [0, 0];
    own[w < l ? 0 : 1]++;
    counts.set(key, own);
  }
  const found: RepeatedPairs = { pairs: 0, labels: 0, contradictions: 0, agreements: 0, total: 0 };
  for (const [one, other] of counts.values()) {
    const all = one + other;
    if (all < 2) continue;
    found.pairs++;
    found.labels += all;
    found.contradictions += Math.min(one, other);
    found.agreements += (one * (one - 1) + other * (other - 1)) / 2;
    found.total += (all * (all - 1)) / 2;
  }
  return found;
}

function differ(one: Column, other: Column): boolean {
  for (let row = 0; row < one.length; row++) if (one.at(row) !== other.at(row)) return true;
  return false;
}
