import { correctedTTest } from "@minimand/compare";
import type { ReproductionReport, Row } from "../reproduction.ts";
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
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

function standardError(x: readonly number[]): number {
  const m = mean(x);
  return Math.sqrt(x.reduce((s, v) => s + (v - m) ** 2, 0) / (x.length - 1) / x.length);
}

/** Pairs EnsLoss with every other loss, split by split. */
export function comparisons({ cell, ratio, byLoss }: CellOutcome): Comparison[] {
  return losses
    .filter((loss) => loss !== "EnsLoss")
    .map((loss) => {
      const differences = byLoss.EnsLoss.map((r, i) => r.accuracy - byLoss[loss][i].accuracy);
      const { p } = correctedTTest(differences, 0);
      const m = mean(differences);
      return {
        cell,
        loss,
        mean: m,
        error: standardError(differences),
        p,
        corrected: correctedTTest(differences, ratio).p,
        verdict: p >= level ? "no difference" : m > 0 ? "better" : "worse",
      };
    });
}

/** One row a cell and loss. */
export function rowsOf(outcome: CellOutcome): Row[] {
  const against = new Map(comparisons(outcome).map((c) => [c.loss, c]));
  return losses.map((loss) => {
    const results = outcome.byLoss[loss];
    const accuracies = results.map(({ accuracy }) => accuracy);
    const c = against.get(loss);
    return {
      cell: outcome.cell,
      loss,
      splits: results.length,
      "test accuracy": mean(accuracies),
      "s.e.": standardError(accuracies),
      "train accuracy": mean(results.map(({ trainAccuracy }) => trainAccuracy)),
      diverged: results.filter(({ diverged }) => diverged).length,
      "EnsLoss minus it": c?.mean ?? null,
      "s.e. of that": c?.error ?? null,
      p: c?.p ?? null,
      "p corrected": c?.corrected ?? null,
      "EnsLoss is": c?.verdict ?? null,
    };
  });
}

/** The paper's table: in how many cells EnsLoss is better, not different, worse. */
export function countRows(all: readonly Comparison[]): Row[] {
  return losses
    .filter((loss) => loss !== "EnsLoss")
    .map((loss) => {
      const own = all.filter((c) => c.loss === loss);
      const count = (verdict: Comparison["verdict"]) => own.filter((c) => c.verdict === verdict).length;
      return {
        "EnsLoss against": loss,
        better: count("better"),
        "no difference": count("no difference"),
        worse: count("worse"),
        "mean difference": mean(own.map((c) => c.mean)),
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
    return {
      ...end,
      fall: quarter.risk - end.risk,
      move: end.accuracy - quarter.accuracy,
    };
  });
  const of = (key: "risk" | "accuracy" | "fall" | "move") => mean(ends.map((e) => e[key]));
  return { loss, risk: of("risk"), accuracy: of("accuracy"), fall: of("fall"), move: of("move") };
}

/** The rule of the paper's card. */
export function verdictOf(
  all: readonly Comparison[],
  tails: readonly TailSummary[],
): Pick<ReproductionReport, "verdict" | "because"> {
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
