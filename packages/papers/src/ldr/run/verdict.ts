import { averageRanks, ranksOf } from "@minimand/compare";
import { derive, randomSource } from "minimand/engine";
import { graded, type Verdict } from "../../kit/evidence.ts";
import { mean, percent, round } from "../../kit/statistics.ts";

/** Accuracies: for each setting of a data set and each loss one per seed; equal places are equal seeds. */
export interface Standing {
  losses: readonly string[];
  settings: readonly { dataset: string; accuracies: readonly (readonly number[])[] }[];
}

/** A loss's average rank over the settings and its worst one; 1 is best. */
export interface Rank {
  loss: string;
  average: number;
  worst: number;
}

/** Ranks of the losses by mean accuracy over the settings, in the order of the losses. */
export function rankLosses(
  { losses, settings }: Standing,
  drawn: (dataset: string) => readonly number[] | null = () => null,
): Rank[] {
  const ranks = settings.map(({ dataset, accuracies }) => {
    const seeds = drawn(dataset);
    const means = accuracies.map((own) => mean(seeds === null ? own : seeds.map((seed) => own[seed])));
    return ranksOf(means, true);
  });
  const averages = averageRanks(ranks);
  return losses.map((loss, i) => ({
    loss,
    average: averages[i],
    worst: Math.max(...ranks.map((row) => row[i])),
  }));
}

const resamples = 2000;

/**
 * Ranks of resampled seeds: each time as many as there are, drawn with replacement for each data set, the same for all losses and
 * settings of it, as equal seeds share their rows.
 */
export function bootstrapRanks(standing: Standing): Rank[][] {
  const next = randomSource(derive(2112, 14869));
  const counts = new Map(standing.settings.map(({ dataset, accuracies }) => [dataset, accuracies[0].length]));
  return Array.from({ length: resamples }, () => {
    const drawn = new Map(
      [...counts].map(([dataset, count]) => [
        dataset,
        Array.from({ length: count }, () => Math.floor(next() * count)),
      ]),
    );
    return rankLosses(standing, (dataset) => drawn.get(dataset)!);
  });
}

const near = 0.5;
const worstAllowed = 4;
/** Share of the resamples in which a part has to hold; it fails where it holds in no more than the rest. */
const certain = 0.95;

/** Where the top ends. */
function topOf(ranks: readonly Rank[]): number {
  const [first, second] = ranks.map(({ average }) => average).toSorted((a, b) => a - b);
  return Math.max(second, first + near) + 1e-9;
}

function rankOf(ranks: readonly Rank[], loss: string): Rank {
  const found = ranks.find((rank) => rank.loss === loss);
  if (found === undefined) throw new RangeError(`ranks: expected one of ${loss}, got none`);
  return found;
}

/** Whether an average rank is one of the two best, or near the best. */
export const atTop = (ranks: readonly Rank[], loss: string): boolean =>
  rankOf(ranks, loss).average <= topOf(ranks);

const stable = (ranks: readonly Rank[]): boolean => rankOf(ranks, "aldr-kl").worst <= worstAllowed;

type Part = "holds" | "fails" | "undecided";

/** What resamples say of a part of the claim. */
const partOf = (share: number): Part =>
  share >= certain ? "holds" : share <= 1 - certain + 1e-9 ? "fails" : "undecided";

/** The rule of the card. */
export function judge(ranks: readonly Rank[], resampled: readonly (readonly Rank[])[]): Verdict {
  const share = (holds: (ranks: readonly Rank[]) => boolean): number =>
    mean(resampled.map((one) => Number(holds(one))));
  const shares = {
    ldr: share((one) => atTop(one, "ldr-kl")),
    aldr: share((one) => atTop(one, "aldr-kl")),
    stable: share(stable),
  };
  const tops = [partOf(shares.ldr), partOf(shares.aldr)];
  const all = [...tops, partOf(shares.stable)].every((part) => part === "holds");
  const undecided = !tops.includes("holds") && tops.includes("undecided");
  const number = (value: number): string => String(round(value, 2));
  const told = (held: number): string =>
    `${partOf(held)} (${percent(held)} % of ${resampled.length} resamples)`;
  const [ldr, aldr] = [rankOf(ranks, "ldr-kl"), rankOf(ranks, "aldr-kl")];
  const best = ranks.toSorted((a, b) => a.average - b.average).slice(0, 4);
  const first = graded(
    atTop(ranks, "ldr-kl") && atTop(ranks, "aldr-kl") && stable(ranks),
    atTop(ranks, "ldr-kl") || atTop(ranks, "aldr-kl"),
  );
  const because =
    `Average ranks among ${ranks.length} losses: ` +
    `${best.map(({ loss, average }) => `${loss} ${number(average)}`).join(", ")}; the top ends at ${number(topOf(ranks))}. ` +
    `LDR-KL, ${number(ldr.average)}, at the top: ${told(shares.ldr)}. ` +
    `ALDR-KL, ${number(aldr.average)}, at the top: ${told(shares.aldr)}; its worst rank, ${number(aldr.worst)}, at most ${worstAllowed}: ${told(shares.stable)}. ` +
    `By the first rule, which took the ranks as they are: ${first}.`;
  return { verdict: undecided ? "undecided" : graded(all, tops.includes("holds")), because };
}
