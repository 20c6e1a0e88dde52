import { metricCatalogue } from "minimand/metrics";
import type { DatasetReport } from "../../results.ts";

/** Numbers and names as figures, report and terminal print them. */

/**
 * Returns the name of a metric for people.
 *
 * @param metric identifier as in `results.json`
 * @returns its label in the catalogue of metrics, or the identifier itself
 * @example metricName("r2") // "R²"
 */
export function metricName(metric: string): string {
  return metricCatalogue.find(({ id }) => id === metric)?.label ?? metric;
}

/**
 * Returns a number with a fixed number of decimals and a true minus sign; a dash for null.
 *
 * @param value the number, or `null`
 * @param digits decimals
 * @example fixed(-0.0123) // "−0.012"
 */
export function fixed(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const text = Math.abs(value) >= 1e5 ? value.toPrecision(4) : value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/**
 * Returns a difference: `fixed` with its sign always shown.
 *
 * @example signed(0.02) // "+0.020"
 */
export function signed(value: number | null, digits = 3): string {
  const text = fixed(value, digits);
  return value !== null && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/**
 * Returns a probability in whole percent; never 0 or 100 unless it is exactly that.
 *
 * @example percent(0.999) // ">99 %"
 */
export function percent(p: number): string {
  if (p > 0 && p < 0.01) return "<1 %";
  if (p > 0.99 && p < 1) return ">99 %";
  return `${Math.round(100 * p)} %`;
}

/**
 * Returns a p-value with three decimals.
 *
 * @example pValue(0.00002) // "<0.001"
 */
export function pValue(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/**
 * Decimals that show a difference of the size of `scale` with two significant digits.
 *
 * @param scale the half-width of the region of practical equivalence, or another typical difference
 * @example decimals(0.01) // 3
 */
export function decimals(scale: number): number {
  if (!(scale > 0)) return 3;
  return Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(scale))));
}

/** Returns what is paired: test folds, or on a test file the seeds. */
export function partName({ testRows }: Pick<DatasetReport, "testRows">): "fold" | "seed" {
  return testRows === null ? "fold" : "seed";
}

/** Returns what inner validation is measured by: the report metric, or the loss of bags where training sees no single row. */
export function validationName({ ranking, bags }: Pick<DatasetReport, "ranking" | "bags">): string {
  return bags === undefined ? metricName(ranking.metric) : "loss of bags";
}
