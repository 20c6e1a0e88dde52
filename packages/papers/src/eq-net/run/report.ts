import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import { difference, estimate, mean, round } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { arms, forms, judged, judgedForms } from "./arms.ts";
import type { SearchResult } from "./search.ts";
import { bits } from "./settings.ts";
import type { ArmResult, Measured } from "./trial.ts";
import { judge } from "./verdict.ts";

const single = "one width each";

/** Tables, curves and verdict of a run. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const of = (arm: string): ArmResult[] => resultsWhere(trials, { part: "arm", arm });
  /** Accuracies over the seeds; null where nothing was trained so. */
  const accuracies = (name: string, form: string, width: number): number[] | null => {
    const at = bits.indexOf(width as (typeof bits)[number]);
    const found =
      name === single
        ? resultsWhere(trials, { part: "single", form }).map(({ accuracy }) => accuracy[at])
        : of(name).map(({ accuracy }) => accuracy[form][at]);
    return found.length === 0 ? null : found;
  };
  const means = (name: string, form: string): number[] => {
    const each = bits.map((width) => accuracies(name, form, width)!);
    return each[0].map((_, seed) => mean(each.map((own) => own[seed])));
  };
  const [form] = judgedForms;
  const names = [...arms.map(({ id }) => id), single];
  const { ptq, hard, both } = judged;
  const start = of(ptq);
  return {
    rows: [
      ...names.flatMap((arm) => forms.flatMap(({ id }) => accuracyRow(arm, id, accuracies))),
      ...judgedForms.flatMap((own) =>
        [
          [both, hard],
          ["GPG", hard],
          ["WDR", hard],
          [both, ptq],
          [hard, ptq],
          [both, single],
        ].flatMap(([name, than]) => differenceRow(name, than, own, accuracies)),
      ),
      ...arms.map((arm): Row => {
        const own = of(arm.id);
        return {
          "weights of": arm.id,
          kurtosis: round(mean(own.map(({ kurtosis }) => kurtosis)), 3),
          "s.e.": round(estimate(own.map(({ kurtosis }) => kurtosis)).error, 3),
          "absolute skewness": round(mean(own.map(({ skewness }) => skewness)), 3),
        };
      }),
      ...searchRows(of(both).flatMap(({ search }) => (search === null ? [] : [search]))),
      { "float network": round(mean(start.map(({ float }) => float)), 4) },
    ],
    series: curves(names, form, accuracies),
    ...judge({
      ptq: accuracies(ptq, form, 2)!,
      hard: accuracies(hard, form, 2)!,
      both: accuracies(both, form, 2)!,
      bothMean: means(both, form),
      singleMean: means(single, form),
      kurtosis: {
        hard: of(hard).map(({ kurtosis }) => kurtosis),
        both: of(both).map(({ kurtosis }) => kurtosis),
      },
    }),
  };
}

type Accuracies = (name: string, form: string, width: number) => number[] | null;

function accuracyRow(arm: string, form: string, accuracies: Accuracies): Row[] {
  const found = bits.map((width) => accuracies(arm, form, width));
  if (found[0] === null) return [];
  const row: Row = { arm, form };
  bits.forEach((width, i) => {
    const { mean, error } = estimate(found[i]!);
    row[`${width} bits`] = round(mean, 4);
    row[`s.e. at ${width}`] = round(error, 4);
  });
  return [row];
}

/** Paired over the seeds, width by width; not resolved within two standard errors. */
function differenceRow(name: string, than: string, form: string, accuracies: Accuracies): Row[] {
  const row: Row = { difference: `${name} over ${than}`, "in form": form };
  for (const width of bits) {
    const [own, others] = [name, than].map((each) => accuracies(each, form, width));
    if (own === null || others === null) return [];
    const { mean, error, n } = difference(own, others);
    row[`points at ${width}`] = round(mean, 4);
    row[`s.e. at ${width}`] = round(error, 4);
    row[`at ${width}`] = n > 1 && Math.abs(mean) >= 2 * error ? "resolved" : "not resolved";
  }
  return [row];
}

function searchRows(results: readonly SearchResult[]): Row[] {
  if (results.length === 0) return [];
  const average = (of: (own: SearchResult) => number): number => mean(results.map(of));
  const times = (of: (own: SearchResult) => boolean): string =>
    `${results.filter(of).length} of ${results.length}`;
  const rankRow = (name: string, of: (own: SearchResult) => number): Row => ({
    "rank correlation of": name,
    "Kendall's tau": round(average(of), 3),
    "s.e.": round(estimate(results.map(of)).error, 3),
  });
  const row = (name: string, looked: number, accuracy: number | null, best: string | null): Row => ({
    "search by": name,
    "looked at": round(looked, 0),
    "accuracy on held images": accuracy === null ? null : round(accuracy, 4),
    "found the best": best,
  });
  const test = (name: string, of: (own: SearchResult) => number): Row => ({
    "same mean bits, test": name,
    accuracy: round(average(of), 4),
    "s.e.": round(estimate(results.map(of)).error, 4),
  });
  return [
    rankRow("the predictor", ({ tau }) => tau),
    rankRow("least squares", ({ linearTau }) => linearTau),
    row(
      "measuring all that are allowed",
      average(({ allowed }) => allowed),
      average(({ best }) => best),
      null,
    ),
    row(
      "measuring",
      average(({ looks }) => looks.measured),
      average(({ measured }) => measured),
      times(({ measured, best }) => measured === best),
    ),
    row(
      "the predictor",
      average(({ looks }) => looks.predicted),
      average(({ predicted }) => predicted),
      times(({ predicted, best }) => predicted === best),
    ),
    row(
      `the predictor among all ${results[0].all}`,
      average(({ looks }) => looks.all),
      null,
      times(({ foundPredicted }) => foundPredicted),
    ),
    test("mixed widths, found by measuring", (own) => own.test),
    test("the same width everywhere", (own) => own.uniformTest),
  ];
}

function curves(names: readonly string[], form: string, accuracies: Accuracies): Series[] {
  return names.map((name) => ({
    ...banded(
      { name, xLabel: "bits", yLabel: "test accuracy" },
      bits,
      bits.map((width) => accuracies(name, form, width)!),
      (value) => round(value, 4),
    ),
    xScale: "log" as const,
  }));
}
