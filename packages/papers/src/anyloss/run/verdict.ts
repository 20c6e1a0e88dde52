import { correctedTTest } from "@minimand/compare";
import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { differences, mean } from "../../kit/statistics.ts";
import { tuned } from "./arms.ts";
import { folds, materials, scores } from "./settings.ts";
import type { Result } from "./trial.ts";

/** Test scores of all methods on a data set, one per replica; null where training diverged. */
export interface Outcome {
  dataset: string;
  positiveRate: number;
  score: string;
  of: { [method: string]: (number | null)[] };
}

/** One entry for each data set and score, in the order of the settings. */
export function outcomesOf(results: readonly Result[]): Outcome[] {
  return materials.flatMap(({ id: dataset }) => {
    const own = results.filter((result) => result.dataset === dataset);
    if (own.length === 0) return [];
    return scores.map(({ id }) => ({
      dataset,
      positiveRate: own[0].positiveRate,
      score: id,
      of: Object.fromEntries(
        own.flatMap(({ methods }) =>
          methods.map(({ method, values }) => [method, values[id] ?? []] as const),
        ),
      ),
    }));
  });
}

/** The mean over replicas, null where one diverged. */
export function meanScore({ of }: Outcome, method: string): number | null {
  const values = of[method] ?? [];
  return values.length > 0 && values.every((value) => value !== null) ? mean(values) : null;
}

/** AnyLoss against a rival on one data set, in one score. */
export interface Comparison {
  is: "better" | "no different" | "worse";
  /** The mean difference and its 95 % interval, by the corrected test; null where one of the two diverged. */
  gain: { mean: number; low: number; high: number; p: number } | null;
}

const level = 0.05;

/**
 * Compares by a test that corrects for the overlap of training rows between folds. A diverged model is worse than one that didn't.
 */
export function compare({ of }: Outcome, rival: string): Comparison {
  const [own, other] = [of.AnyLoss ?? [], of[rival] ?? []];
  const [finite, otherFinite] = [own, other].map((values) => values.every((value) => value !== null));
  if (!finite || !otherFinite)
    return { is: finite === otherFinite ? "no different" : finite ? "better" : "worse", gain: null };
  const gains = differences(own as number[], other as number[]);
  if (gains.length < 2) return { is: "no different", gain: null };
  const { mean, low, high, p } = correctedTTest(gains, 1 / (folds - 1));
  const gain = { mean, low, high, p };
  return { is: p >= level ? "no different" : mean > 0 ? "better" : "worse", gain };
}

/** On how many problems AnyLoss is better, no different and worse, and the mean of the mean differences. */
export interface Tally extends Record<"better" | "same" | "worse", number> {
  gain: number;
}

/** Compares on all problems; those where one of the two diverged are left out of the mean difference. */
export function tally(outcomes: readonly Outcome[], score: string, rival: string): Tally {
  const all = outcomes.filter((outcome) => outcome.score === score).map((outcome) => compare(outcome, rival));
  const count = (is: Comparison["is"]): number => all.filter((one) => one.is === is).length;
  const gains = all.flatMap(({ gain }) => (gain === null ? [] : [gain.mean]));
  return {
    better: count("better"),
    same: count("no different"),
    worse: count("worse"),
    gain: gains.length === 0 ? 0 : mean(gains),
  };
}

/** Applies the first rule: three quarters of the problems won by more than a tie, by means alone. */
function byMeans(outcomes: readonly Outcome[]): Verdict["verdict"] {
  const wonIn = (score: string): boolean => {
    const own = outcomes.filter((outcome) => outcome.score === score);
    const won = own.filter((outcome) => {
      const [any, bce] = ["AnyLoss", "BCE"].map((m) => meanScore(outcome, m) ?? Number.NEGATIVE_INFINITY);
      return any - bce >= 0.001;
    });
    return won.length >= 0.75 * own.length;
  };
  const [g, f2] = [wonIn("G-mean"), wonIn("F2")];
  return graded(g && f2 && tally(outcomes, "F1", "BCE").gain > 0, g || f2);
}

/** Applies the rule of the card. */
export function judge(outcomes: readonly Outcome[]): Verdict {
  const sets = new Set(outcomes.map(({ dataset }) => dataset)).size;
  const against = (rival: string, holds: (tally: Tally) => boolean) => {
    const [g, f2] = ["G-mean", "F2"].map((score) => tally(outcomes, score, rival));
    const words = ({ better, same, worse }: Tally): string => `${better}/${same}/${worse}`;
    return { holds: holds(g) && holds(f2), text: `${words(g)} in G-mean and ${words(f2)} in F2` };
  };
  const plain = against("BCE", ({ better, worse }) => better >= 0.5 * sets && worse <= 1);
  const strong = against(
    tuned,
    ({ better, worse, gain }) => better >= 0.25 * sets && better > worse && gain > 0,
  );
  const because =
    `Significantly better/no different/worse on ${sets} problems: (i) against BCE ${plain.text}: ${word(plain.holds)}; ` +
    `(ii) against BCE with tuned weights and threshold ${strong.text}: ${word(strong.holds)}. ` +
    `By the first rule, which counted differences of means to BCE: ${byMeans(outcomes)}.`;
  return { verdict: graded(plain.holds && strong.holds, plain.holds || strong.holds), because };
}
