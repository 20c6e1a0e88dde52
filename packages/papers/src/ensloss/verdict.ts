import { correctedTTest } from "@minimand/compare";
import type { Verdict } from "../kit/evidence.ts";
import { differences, estimate, mean } from "../kit/statistics.ts";
import { type Loss, losses, rivals } from "./arms.ts";
import type { TailLoss, TailResult } from "./tail-study.ts";
import type { CellResult } from "./trial.ts";

/** Results of one cell: for each loss, one per split in the same order. */
export interface CellOutcome {
  cell: string;
  /** Test rows over training rows. */
  ratio: number;
  byLoss: Record<Loss, CellResult[]>;
}

/** EnsLoss against one loss in one cell. */
export interface Comparison {
  cell: string;
  loss: Loss;
  mean: number;
  error: number;
  /** Two-sided paired t-test, as in the paper. */
  p: number;
  /** Two-sided, corrected for splits that overlap (Nadeau and Bengio 2003): not part of the rule. */
  corrected: number;
  verdict: "better" | "no difference" | "worse";
}

const level = 0.05;
/** Accuracies, one a split. */
export const accuraciesOf = (results: readonly CellResult[]): number[] =>
  results.map(({ accuracy }) => accuracy);

/** Pairs EnsLoss with every other loss, split by split. */
export function comparisons({ cell, ratio, byLoss }: CellOutcome): Comparison[] {
  return losses
    .filter((loss) => loss !== "EnsLoss")
    .map((loss) => {
      const gains = differences(accuraciesOf(byLoss.EnsLoss), accuraciesOf(byLoss[loss]));
      const { p } = correctedTTest(gains, 0);
      const { mean: m, error } = estimate(gains);
      return {
        cell,
        loss,
        mean: m,
        error,
        p,
        corrected: correctedTTest(gains, ratio).p,
        verdict: p >= level ? "no difference" : m > 0 ? "better" : "worse",
      };
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
export function judge(all: readonly Comparison[], tails: readonly TailSummary[]): Verdict {
  const counted = all.filter(({ loss }) => rivals.includes(loss));
  const difference = mean(counted.map((c) => c.mean));
  const better = counted.filter((c) => c.verdict === "better").length;
  const worse = counted.filter((c) => c.verdict === "worse").length;
  const tail = tailShows(tails);
  const because = `Against the three fixed losses EnsLoss is significantly better in ${better} of ${counted.length} comparisons and worse in ${worse}; the mean difference in test accuracy is ${difference.toFixed(4)}. ${tail.because}`;
  if (!(difference > 0)) return { verdict: "not reproduced", because };
  const holds = better >= 3 && worse <= 1 && tail.holds;
  return { verdict: holds ? "reproduced" : "partly reproduced", because };
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
