import { roundOrNull } from "../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../reproduction.ts";
import { methods } from "./arms.ts";
import { scores } from "./settings.ts";
import { judge, type Means, tally } from "./verdict.ts";
/** A row for each data set and score, then the tallies. */
export function reportOf(means: Means): ReproductionReport {
  return {
    rows: [...means.map(rowOf), ...scores.map(({ id }) => tallyRow(means, id))],
    series: scores.map(({ id }) => seriesOf(means, id)),
    ...judge(means),
  };
}

function rowOf({ dataset, positiveRate, score, of }: Means[number]): Row {
  const cells = methods.map((method) => [method, round(of[method] ?? null)] as const);
  return { dataset, "positive rate": round(positiveRate), score, ...Object.fromEntries(cells) };
}

/** AnyLoss against each rival: wins/ties/losses and the mean difference. */
function tallyRow(means: Means, score: string): Row {
  const cells = methods.slice(1).map((rival) => {
    const { wins, ties, losses, gain } = tally(means, score, rival);
    return [rival, `${wins}/${ties}/${losses} (${gain < 0 ? "" : "+"}${gain.toFixed(3)})`] as const;
  });
  const head: Row = { dataset: "AnyLoss wins/ties/losses", "positive rate": null, score, AnyLoss: null };
  return { ...head, ...Object.fromEntries(cells) };
}

/** The gain over BCE against the share of positives. */
function seriesOf(means: Means, score: string): Series {
  const points = means
    .filter((entry) => entry.score === score)
    .map(({ positiveRate: x, of }) => ({ x, y: (of.AnyLoss ?? Number.NaN) - (of.BCE ?? Number.NaN) }))
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
