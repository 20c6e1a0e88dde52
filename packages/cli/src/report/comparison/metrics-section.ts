import type { DatasetReport } from "@minimand/compare";
import { fixed, metricName } from "@minimand/compare";
import { metricCatalogue } from "minimand/metrics";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import type { Row } from "../page/table.ts";
import { table } from "../page/table.ts";

const shownMetrics = {
  classes: ["accuracy", "balanced-accuracy", "roc-auc", "f1", "log-loss", "ece"],
  numbers: ["rmse", "mae", "r2"],
} as const;

/** The usual metrics of every row, one table for each order; radio buttons choose which is seen, without a script. */
export function metricsSection(report: DatasetReport, index: number): Markup | null {
  const { ranking, task } = report;
  const usual: readonly string[] = task === "regression" ? shownMetrics.numbers : shownMetrics.classes;
  const metrics = [...new Set([ranking.metric, ...usual])].filter((metric) =>
    report.trials.some((trial) => trial.metrics[metric] != null),
  );
  if (metrics.length < 2) return null;
  const rows = ranking.entries.map(({ candidate, label, verdict }) => ({
    label,
    className: verdict === "baseline" ? "baseline" : "",
    values: metrics.map((metric) => meanOf(report, candidate, metric)),
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
<p>Mean over the test parts of each loss<span class="order-asked">; the order is that of</span></p>
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

/** Over all test parts on which it is defined; null where there is none. */
function meanOf({ trials }: DatasetReport, candidate: string, metric: string): number | null {
  const values = trials.flatMap((trial) =>
    trial.candidate === candidate ? (trial.metrics[metric] ?? []) : [],
  );
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Best first, none last. */
function compared(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (a - b);
}

const short = (value: number | null): string => (value === null ? "–" : String(Number(value.toPrecision(4))));
