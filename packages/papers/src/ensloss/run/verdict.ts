import { correctedTTest, studentQuantile } from "@minimand/compare";
import type { Verdict } from "../../kit/evidence.ts";
import { deviation, differences, mean } from "../../kit/statistics.ts";
import { type Loss, losses, rivals } from "./arms.ts";
import type { TailLoss, TailResult } from "./tail-study.ts";
import type { CellResult } from "./trial.ts";

/** Results of one cell: for each loss, one per split in the same order. */
export interface CellOutcome {
  cell: string;
  dataset: string;
  /** Test rows over training rows. */
  ratio: number;
  byLoss: Record<Loss, CellResult[]>;
}

/** EnsLoss against one loss in one cell. */
export interface Comparison {
  cell: string;
  loss: Loss;
  mean: number;
  /** 95 % interval of the difference, by the corrected test. */
  low: number;
  high: number;
  /** Two-sided, corrected for splits that overlap (Nadeau and Bengio 2003). */
  p: number;
  /** Two-sided paired t-test that takes splits for independent, as in the paper: by the first rule. */
  plain: number;
  verdict: "better" | "no difference" | "worse";
}

const level = 0.05;
/** Accuracies, one a split. */
export const accuraciesOf = (results: readonly CellResult[]): number[] =>
  results.map(({ accuracy }) => accuracy);

const verdictOf = (p: number, mean: number): Comparison["verdict"] =>
  p >= level ? "no difference" : mean > 0 ? "better" : "worse";

/** The mean of all differences to the counted losses, as one number with its doubt. */
export interface Pooled {
  mean: number;
  low: number;
  high: number;
}

/**
 * The mean over cells and counted losses. What a split gives is averaged over the cells of a data set, which share their splits, and has
 * the corrected variance `(1/n + test/train) s^2`; those of data sets add up, as they have nothing in common. The interval is that of
 * Student's t with one degree of freedom less than there are splits.
 */
export function pooled(outcomes: readonly CellOutcome[]): Pooled {
  let [average, variance, splits] = [0, 0, 0];
  for (const own of Map.groupBy(outcomes, ({ dataset }) => dataset).values()) {
    const gains = own.flatMap(({ byLoss }) =>
      rivals.map((loss) => differences(accuraciesOf(byLoss.EnsLoss), accuraciesOf(byLoss[loss]))),
    );
    const bySplit = gains[0].map((_, split) => mean(gains.map((of) => of[split])));
    const share = own.length / outcomes.length;
    average += share * mean(bySplit);
    variance += share ** 2 * (1 / bySplit.length + own[0].ratio) * deviation(bySplit) ** 2;
    splits = bySplit.length;
  }
  const reach = studentQuantile(0.975, splits - 1) * Math.sqrt(variance);
  return { mean: average, low: average - reach, high: average + reach };
}

/** Pairs EnsLoss with every other loss, split by split. */
export function comparisons({ cell, ratio, byLoss }: CellOutcome): Comparison[] {
  return losses
    .filter((loss) => loss !== "EnsLoss")
    .map((loss) => {
      const gains = differences(accuraciesOf(byLoss.EnsLoss), accuraciesOf(byLoss[loss]));
      const { mean, low, high, p } = correctedTTest(gains, ratio);
      const plain = correctedTTest(gains, 0).p;
      return { cell, loss, mean, low, high, p, plain, verdict: verdictOf(p, mean) };
    });
}

/** What the tail study shows of one loss, means over seeds. */
export interface TailSummary {
  loss: TailLoss;
  risk: number;
  accuracy: number;
  /** By how much the risk falls, and the accuracy moves, over the last three quarters of the steps. */
  fall: number;
  move: number;
}

export function tailSummary(loss: TailLoss, results: readonly TailResult[]): TailSummary {
  const ends = results.map(({ path }) => {
    const end = path[path.length - 1];
    const quarter = path.find(({ step }) => step >= end.step / 4) ?? end;
    return { ...end, fall: quarter.risk - end.risk, move: end.accuracy - quarter.accuracy };
  });
  const of = (key: "risk" | "accuracy" | "fall" | "move") => mean(ends.map((e) => e[key]));
  return { loss, risk: of("risk"), accuracy: of("accuracy"), fall: of("fall"), move: of("move") };
}

/** The rule of the paper's card. */
export function judge(
  all: readonly Comparison[],
  { mean: difference, low, high }: Pooled,
  tails: readonly TailSummary[],
): Verdict {
  const counted = all.filter(({ loss }) => rivals.includes(loss));
  const count = (verdict: Comparison["verdict"], of: (c: Comparison) => Comparison["verdict"]): number =>
    counted.filter((c) => of(c) === verdict).length;
  const enough = (of: (c: Comparison) => Comparison["verdict"]): boolean =>
    count("better", of) >= counted.length / 6 && count("worse", of) <= counted.length / 18;
  const corrected = (c: Comparison) => c.verdict;
  const plain = (c: Comparison) => verdictOf(c.plain, c.mean);
  const tail = tailShows(tails);
  const first =
    difference <= 0 ? "not reproduced" : enough(plain) && tail.holds ? "reproduced" : "partly reproduced";
  const because =
    `Against the three fixed losses EnsLoss is significantly better in ${count("better", corrected)} of ${counted.length} comparisons and worse in ${count("worse", corrected)}, by the corrected test; ` +
    `the mean difference in test accuracy is ${difference.toFixed(4)}, with a 95 % interval from ${low.toFixed(4)} to ${high.toFixed(4)}. ${tail.because} ` +
    `By the first rule, whose test took splits for independent (better in ${count("better", plain)}, worse in ${count("worse", plain)}): ${first}.`;
  if (!(difference > 0)) return { verdict: "not reproduced", because };
  if (!(low > 0)) return { verdict: "undecided", because };
  return { verdict: enough(corrected) && tail.holds ? "reproduced" : "partly reproduced", because };
}

function tailShows(tails: readonly TailSummary[]): { holds: boolean; because: string } {
  const log = tails.find(({ loss }) => loss === "log hinge");
  if (log === undefined) return { holds: false, because: "The tail study did not run." };
  const others = tails.filter(({ loss }) => loss !== "log hinge");
  const alone = log.risk < -Math.E && others.every(({ risk }) => risk >= -Math.E);
  const holds = alone && log.fall > 0.5 && Math.abs(log.move) < 0.01;
  const because = `In the tail study the log hinge's training risk ends at ${log.risk.toFixed(2)}, having fallen by ${log.fall.toFixed(2)} over the last three quarters while its test accuracy moved by ${log.move.toFixed(4)}.`;
  return { holds, because };
}
