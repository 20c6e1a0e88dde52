import type { Trial } from "../../kit/collect.ts";
import { deviation, mean, round } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { arms } from "./arms.ts";
import { bins, type Doubt, type Result, type Spec } from "./trial.ts";
import { atTop, bootstrapRanks, judge, rankLosses, type Standing } from "./verdict.ts";

type Measured = Trial<Spec, Result>;

/** The table, the histogram of lambda and the verdict, from all trials. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const specs = trials.map(({ spec }) => spec);
  const columns = unique(specs.map(columnOf));
  const losses = unique(specs.map(({ loss }) => loss));
  const seeds = unique(specs.map(({ seed }) => seed));
  // One a seed: differences to cross-entropy are paired, as equal seeds share rows, noise and the network's start.
  const at = (loss: string, column: string): number[] =>
    inColumn(trials, column).flatMap(({ spec, result }) => (spec.loss === loss ? [result.accuracy] : []));
  const standing: Standing = {
    losses,
    settings: columns.map((column) => ({
      dataset: inColumn(trials, column)[0].spec.dataset,
      accuracies: losses.map((loss) => at(loss, column)),
    })),
  };
  const ranks = rankLosses(standing);
  const resampled = bootstrapRanks(standing);
  const rows = ranks
    .toSorted((a, b) => a.average - b.average)
    .map(({ loss, average, worst }): Row => {
      const overSettings = (l: string): number[] =>
        seeds.map((_, s) => mean(columns.map((column) => at(l, column)[s])));
      const reference = overSettings("cross-entropy");
      const difference = overSettings(loss).map((value, s) => value - reference[s]);
      return {
        loss: arms.find(({ id }) => id === loss)?.label ?? loss,
        "average rank": round(average, 2),
        ...intervalOf(resampled.map((one) => one[losses.indexOf(loss)].average)),
        "at the top": round(mean(resampled.map((one) => Number(atTop(one, loss)))), 3),
        "worst rank": worst,
        ...Object.fromEntries(columns.map((column) => [column, round(mean(at(loss, column)), 3)])),
        "mean minus cross-entropy": round(mean(difference), 4),
        "sd over seeds": seeds.length > 1 ? round(deviation(difference), 4) : null,
      };
    });
  return {
    rows: [...rows, ...doubtRows(trials, columns)],
    series: columns.flatMap((column) => histograms(trials, column)),
    ...judge(ranks, resampled),
  };
}

/** Where the middle 95 % of resampled ranks lie. */
function intervalOf(averages: readonly number[]): Row {
  const sorted = averages.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.round(share * (sorted.length - 1))], 2);
  return { "95 % from": at(0.025), "95 % to": at(0.975) };
}

/** How well the learnt lambda finds corrupted labels: the area under the ROC curve in each noisy setting. */
function doubtRows(trials: readonly Measured[], columns: readonly string[]): Row[] {
  const cells = columns.map((column) => {
    const areas = doubtsIn(trials, column).map(({ auc }) => auc);
    return [column, areas.length > 0 ? round(mean(areas), 3) : null] as const;
  });
  if (cells.every(([, area]) => area === null)) return [];
  return [
    {
      loss: "ALDR-KL: AUC of lambda as a detector of corrupted labels",
      "average rank": null,
      "95 % from": null,
      "95 % to": null,
      "at the top": null,
      "worst rank": null,
      ...Object.fromEntries(cells),
      "mean minus cross-entropy": null,
      "sd over seeds": null,
    },
  ];
}

/** Share of the examples in each bin of `lambda / lambda0`, corrupted and clean ones, where there is noise. */
function histograms(trials: readonly Measured[], column: string): Series[] {
  const doubts = doubtsIn(trials, column);
  if (doubts.length === 0) return [];
  const centres = Array.from({ length: bins }, (_, i) => 0.5 + ((i + 0.5) * 0.5) / bins);
  return (["corrupted", "clean"] as const).map((kind): Series => {
    const counts = centres.map((_, bin) => doubts.reduce((sum, doubt) => sum + doubt[kind][bin], 0));
    const total = counts.reduce((a, b) => a + b, 0);
    return {
      name: `${column}: ${kind} labels`,
      xLabel: "lambda / lambda0",
      yLabel: "share of the examples",
      x: centres.map((c) => round(c, 3)),
      y: counts.map((count) => round(count / total, 4)),
    };
  });
}

const columnOf = ({ dataset, setting }: Spec): string => `${dataset}, ${setting}`;
const inColumn = (trials: readonly Measured[], column: string): Measured[] =>
  trials.filter(({ spec }) => columnOf(spec) === column);
const doubtsIn = (trials: readonly Measured[], column: string): Doubt[] =>
  inColumn(trials, column).flatMap(({ result }) => result.doubt ?? []);
const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
