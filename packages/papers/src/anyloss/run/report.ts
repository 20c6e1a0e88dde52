import { roundOrNull } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { methods, tuned } from "./arms.ts";
import { scores } from "./settings.ts";
import { compare, judge, meanScore, type Outcome, tally } from "./verdict.ts";

/** Returns a row for each data set and score, the differences that the rule uses, then the tallies. */
export function reportOf(outcomes: readonly Outcome[]): ReproductionReport {
  const decisive = outcomes.filter(({ score }) => score === "G-mean" || score === "F2");
  return {
    rows: [
      ...outcomes.map(rowOf),
      ...decisive.flatMap((outcome) => ["BCE", tuned].map((rival) => differenceRow(outcome, rival))),
      ...scores.map(({ id }) => tallyRow(outcomes, id)),
    ],
    series: scores.map(({ id }) => seriesOf(outcomes, id)),
    ...judge(outcomes),
  };
}

function rowOf(outcome: Outcome): Row {
  const { dataset, positiveRate, score } = outcome;
  const cells = methods.map((method) => [method, round(meanScore(outcome, method))] as const);
  return { dataset, "positive rate": round(positiveRate), score, ...Object.fromEntries(cells) };
}

/** Returns AnyLoss minus a rival, with its 95 % interval by the corrected test. */
function differenceRow(outcome: Outcome, rival: string): Row {
  const { is, gain } = compare(outcome, rival);
  return {
    problem: outcome.dataset,
    score: outcome.score,
    against: rival,
    "AnyLoss minus it": roundOrNull(gain?.mean ?? null, 4),
    "95 % from": roundOrNull(gain?.low ?? null, 4),
    "95 % to": roundOrNull(gain?.high ?? null, 4),
    p: roundOrNull(gain?.p ?? null, 4),
    "AnyLoss is": is,
  };
}

/** Counts the problems on which AnyLoss is better, no different and worse than each rival, and takes the mean difference. */
function tallyRow(outcomes: readonly Outcome[], score: string): Row {
  const cells = methods.slice(1).map((rival) => {
    const { better, same, worse, gain } = tally(outcomes, score, rival);
    return [rival, `${better}/${same}/${worse} (${gain < 0 ? "" : "+"}${gain.toFixed(3)})`] as const;
  });
  const head: Row = {
    dataset: "AnyLoss better/no different/worse",
    "positive rate": null,
    score,
    AnyLoss: null,
  };
  return { ...head, ...Object.fromEntries(cells) };
}

/** The gain over BCE against the share of positives. */
function seriesOf(outcomes: readonly Outcome[], score: string): Series {
  const points = outcomes
    .filter((outcome) => outcome.score === score)
    .map((outcome) => ({
      x: outcome.positiveRate,
      y: (meanScore(outcome, "AnyLoss") ?? Number.NaN) - (meanScore(outcome, "BCE") ?? Number.NaN),
    }))
    .filter(({ y }) => Number.isFinite(y))
    .sort((a, b) => a.x - b.x);
  return {
    name: score,
    xLabel: "share of positives",
    yLabel: "AnyLoss minus BCE",
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
  };
}

const round = (value: number | null) => roundOrNull(value, 3);
