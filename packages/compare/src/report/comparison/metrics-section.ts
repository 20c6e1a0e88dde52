import { metricCatalogue } from "minimand/metrics";
import type { DatasetReport } from "../../results.ts";
import { fixed, metricName } from "../figures/index.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import type { Row } from "../page/table.ts";
import { table } from "../page/table.ts";

const shownMetrics = {
  classes: ["accuracy", "balanced-accuracy", "roc-auc", "f1", "log-loss", "ece"],
  numbers: ["rmse", "mae", "r2"],
} as const;

/** Writes the section on the usual metrics of every row, one table for each order; radio buttons choose which is seen, without a script. */
export function metricsSection(report: DatasetReport, index: number): Markup | null {
  const { ranking, task } = report;
  const usual: readonly string[] = task === "regression" ? shownMetrics.numbers : shownMetrics.classes;
  const metrics = [...new Set([ranking.metric, ...usual])].filter((metric) =>
    ranking.entries.some(({ candidate }) => metricOf(report, candidate, metric) !== null),
  );
  if (metrics.length < 2) return null;
  const rows = ranking.entries.map(({ candidate, label, verdict }) => ({
    label,
    className: verdict === "baseline" ? "baseline" : "",
    values: metrics.map((metric) => metricOf(report, candidate, metric)),
  }));
  const columns = [
    { head: "Loss" },
    ...metrics.map((metric) => ({ head: metricName(metric), numeric: true })),
  ];
  const digits = task === "regression" ? undefined : 3;
  const sorted = metrics.map((metric, column) => {
    const sign = metricCatalogue.find(({ id }) => id === metric)?.higherIsBetter === false ? 1 : -1;
    const order = rows.toSorted((a, b) => compared(a.values[column], b.values[column], sign));
    return order.map(
      ({ label, className, values }): Row => ({
        className,
        cells: [
          label,
          ...values.map((value) => (digits === undefined ? short(value) : fixed(value, digits))),
        ],
      }),
    );
  });
  const id = (column: number): string => `by-${index}-${column}`;
  return html`<h3>Other metrics</h3>
<p>${explained(report)}<span class="order-asked"> Sorted by</span></p>
<div class="sorted">${metrics.map(
    (metric, column): Child => html`<input type="radio" name="by-${index}" id="${id(column)}"${
      column === 0 ? html` checked` : null
    }><label for="${id(column)}">${metricName(metric)}</label>
`,
  )}${sorted.map(
    (body, column): Child => html`<div class="order">${table(
      `Metrics on ${report.name}, by ${metricName(metrics[column])}`,
      columns,
      body,
    )}</div>
`,
  )}</div>`;
}

/** What the numbers are of, and why neither a small step nor a first place is a finding. */
function explained({ metrics, testRows, ranking, seeds }: DatasetReport): string {
  const losses = ranking.entries.filter(({ verdict }) => verdict !== "reference").length;
  const areas =
    "roc-auc" in (metrics[ranking.baseline] ?? {})
      ? ` ROC-AUC is averaged over the ${testRows === null ? "folds" : "seeds"} instead.`
      : "";
  const further =
    seeds.complete.length > 1
      ? ` The baseline and the finalists have ${seeds.complete.length} seeds, others may have one. So losses with close values might be ranked differently if all had the same seeds.`
      : "";
  const luck = losses > 2 ? ` The best value of ${losses} is best partly by chance.` : "";
  return `Each value is computed from all ${testRows === null ? "rows of the test folds" : "rows of the test file"} together and averaged over the seeds.${areas}${further}${luck}`;
}

/** Null where it is not defined, or nothing ran. */
function metricOf({ metrics }: DatasetReport, candidate: string, metric: string): number | null {
  return metrics[candidate]?.[metric] ?? null;
}

/** Best first, none last. */
function compared(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (a - b);
}

const short = (value: number | null): string => (value === null ? "–" : String(Number(value.toPrecision(4))));
