import { estimate, mean, round, roundOrNull } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import type { LearningResult } from "./learning.ts";
import type { LemmaResult } from "./lemmas.ts";
import { type Choice, horizons, type Study, studies } from "./settings.ts";
import { compareEnds, type Ends, judge } from "./verdict.ts";

/** An arm's runs of one study: `[number of episodes][seed]`. */
export interface Runs {
  arm: string;
  choice: Choice;
  episodes: readonly number[];
  results: readonly (readonly LearningResult[])[];
}

/** All results of a measured run. */
export interface Measured {
  lemmas: LemmaResult;
  /** In the lock also the best choices without a bonus, under another name. */
  runs: Record<Study, readonly Runs[]>;
}

const names: Record<Study, string> = {
  bandit: "linear bandit",
  phases: "bandit, 8 phases",
  mdp: "linear MDP",
  lock: "combination lock",
  trap: "trap",
};

/** Returns tables, curves with bands, and the verdict. */
export function reportOf({ lemmas, runs }: Measured): ReproductionReport {
  const ends = (study: Study): Map<string, Ends> => new Map(runs[study].map((one) => [one.arm, endsOf(one)]));
  return {
    rows: [...lemmaRows(lemmas), ...studies.flatMap((study) => studyRows(study, runs[study]))],
    series: studies.flatMap((study) => [
      ...runs[study].map((one) => regretCurve(study, one)),
      ...(horizons[study].length === 1 ? [] : runs[study].map((one) => rateCurve(study, one))),
    ]),
    ...judge({ lemmas, bandit: ends("bandit"), mdp: ends("mdp"), trap: ends("trap") }),
  };
}

function endsOf({ episodes, results }: Runs): Ends {
  return { episodes, regrets: results.map((byK) => byK.map(endRegret)) };
}

const endRegret = ({ points }: LearningResult): number => points[points.length - 1].regret;

function lemmaRows(found: LemmaResult): Row[] {
  const row = (lemma: string, value: number): Row => ({ lemma, value: round(value, 4) });
  return [
    row("log barrier: sequences with regret above the bound", found.violations),
    row("log barrier: largest regret / bound", found.worstRatio),
    row("Hedge on (0, 20), (0, -1000): regret", found.hedge.regret),
    row("Hedge on (0, 20), (0, -1000): bound", found.hedge.bound),
    row("estimators: largest distance of means, in standard errors", found.meanDistance),
    row("estimators: smallest plain estimate", found.leastPlain),
    row("estimators: smallest reduced estimate", found.leastReduced),
    row("estimators: smallest m", found.leastM),
    row("estimators: reduced estimates below m", found.belowM),
    row("estimators: largest E Q^2 / (4 H^2 E u^2)", found.momentRatio),
  ];
}

function studyRows(study: Study, runs: readonly Runs[]): Row[] {
  const luo = runs.find(({ arm }) => arm === "luo");
  return runs.map((one) => {
    const own = endsOf(one);
    const last = one.results[one.results.length - 1];
    const rates = luo === undefined || own.episodes.length < 2 ? null : compareEnds(own, endsOf(luo));
    const uniform = armOf(one.arm).algorithm === "uniform";
    const least = last.map((r) => r.leastScaledEstimate).filter((x) => x !== null);
    return {
      [names[study]]: armOf(one.arm).label,
      scale: uniform ? null : one.choice.etaScale,
      bonus: uniform ? null : one.choice.bonusScale,
      ...Object.fromEntries(one.episodes.map((k, i) => [`regret, K = ${k}`, round(mean(own.regrets[i]), 1)])),
      "s.e.": round(estimate(own.regrets[own.regrets.length - 1]).error, 1),
      ...(rates === null
        ? {
            "largest regret": round(Math.max(...last.map(endRegret)), 1),
            "mean loss": round(mean(last.map((r) => r.meanLoss)), 3),
          }
        : {
            slope: roundOrNull(rates.slope, 3),
            "slope below Luo's by": interval(rates.gain, rates.gainInterval),
            "regret / Luo's": interval(rates.ratio, rates.ratioInterval),
          }),
      "least eta Q": least.length === 0 ? null : round(Math.min(...least), 3),
      seeds: last.length,
    };
  });
}

function labelOf({ arm, choice }: Runs, study: Study): string {
  const { label, algorithm } = armOf(arm);
  if (study !== "lock" || algorithm === "uniform") return label;
  return `${label}, ${choice.bonusScale > 0 ? `bonus ${choice.bonusScale}` : "no bonus"}`;
}

/**
 * Returns the mean regret along the longest runs and its band of two standard errors: three lines in one curve, which NaN points
 * separate.
 */
function regretCurve(study: Study, one: Runs): Series {
  const last = one.results[one.results.length - 1];
  const x = last[0].points.map(({ episodes }) => episodes);
  const at = (i: number) => last.map(({ points }) => points[i].regret);
  const middle = x.map((_, i) => mean(at(i)));
  const wide = x.map((_, i) => 2 * estimate(at(i)).error);
  const [low, high] = [-1, 1].map((sign) => middle.map((m, i) => m + sign * wide[i]));
  return {
    name: labelOf(one, study),
    xLabel: `episode (${names[study]})`,
    yLabel: "regret, with two standard errors",
    x: [...x, x[0], ...x, x[0], ...x],
    y: [...middle, Number.NaN, ...low, Number.NaN, ...high],
  };
}

/** Regret at the end over K, on logarithmic axes. */
function rateCurve(study: Study, one: Runs): Series {
  const { episodes, regrets } = endsOf(one);
  const y = regrets.map((byK) => mean(byK));
  return {
    name: labelOf(one, study),
    xLabel: `log10 K (${names[study]})`,
    yLabel: "log10 regret at the end",
    x: episodes.map((k) => round(Math.log10(k), 4)),
    y: y.map((r) => (r > 0 ? Math.log10(r) : Number.NaN)),
  };
}

/** A number with its 95 % interval. */
function interval(value: number | null, range: [number, number] | null): string | null {
  if (value === null) return null;
  return range === null
    ? value.toFixed(2)
    : `${value.toFixed(2)} (${range.map((x) => x.toFixed(2)).join(" to ")})`;
}
