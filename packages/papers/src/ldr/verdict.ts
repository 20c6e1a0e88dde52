import { averageRanks, ranksOf } from "@minimand/compare";
import { graded, type Verdict } from "../kit/evidence.ts";
import { round } from "../kit/statistics.ts";

/** Mean accuracies: one row a setting, one column a loss. */
export interface Standing {
  losses: readonly string[];
  accuracies: readonly (readonly number[])[];
}

/** A loss's average rank over the settings and its worst one; 1 is best. */
export interface Rank {
  loss: string;
  average: number;
  worst: number;
}

/** Ranks of the losses over the settings, in the order of the losses. */
export function rankLosses({ losses, accuracies }: Standing): Rank[] {
  const ranks = accuracies.map((row) => ranksOf(row, true));
  const averages = averageRanks(ranks);
  return losses.map((loss, i) => ({
    loss,
    average: averages[i],
    worst: Math.max(...ranks.map((row) => row[i])),
  }));
}

const near = 0.5;
const worstAllowed = 4;

/** The rule of the card. */
export function judge(ranks: readonly Rank[]): Verdict {
  const sorted = [...ranks].sort((a, b) => a.average - b.average);
  const limit = Math.max(sorted[1].average, sorted[0].average + near);
  const of = (loss: string): Rank => {
    const rank = ranks.find((r) => r.loss === loss);
    if (rank === undefined) throw new RangeError(`ranks: expected one of ${loss}, got none`);
    return rank;
  };
  const [ldr, aldr] = [of("ldr-kl"), of("aldr-kl")];
  const atTop = [ldr, aldr].filter(({ average }) => average <= limit + 1e-9).length;
  const stable = aldr.worst <= worstAllowed;
  const number = (value: number): string => String(round(value, 2));
  const because =
    `Average ranks among ${ranks.length} losses: ` +
    `${sorted
      .slice(0, 4)
      .map(({ loss, average }) => `${loss} ${number(average)}`)
      .join(", ")}; ` +
    `LDR-KL ${number(ldr.average)}, ALDR-KL ${number(aldr.average)} (the top ends at ${number(limit)}); ` +
    `ALDR-KL's worst rank is ${number(aldr.worst)} (at most ${worstAllowed} allowed).`;
  return { verdict: graded(atTop === 2 && stable, atTop > 0), because };
}
