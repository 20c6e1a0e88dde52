/** Numbers and names as figures, report and terminal print them. */

const known: Record<string, string> = {
  r2: "R²",
  rmse: "RMSE",
  mae: "MAE",
  mse: "MSE",
  mcc: "MCC",
  ece: "ECE",
  "roc-auc": "ROC AUC",
  "pr-auc": "PR AUC",
  f1: "F1",
  "g-mean": "G-mean",
  brier: "Brier score",
};

/**
 * The name of a metric for people.
 *
 * @param metric identifier as in `results.json`, in kebab or camel case
 * @returns e.g. `balanced accuracy` for `balanced-accuracy`, `R²` for `r2`
 * @example metricName("rocAuc") // "ROC AUC"
 */
export function metricName(metric: string): string {
  const kebab = metric.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  return known[kebab] ?? kebab.replaceAll("-", " ");
}

/**
 * A number with a fixed number of decimals and a true minus sign; a dash where there is none.
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
 * A difference: `fixed` with its sign always shown.
 *
 * @example signed(0.02) // "+0.020"
 */
export function signed(value: number | null, digits = 3): string {
  const text = fixed(value, digits);
  return value !== null && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/**
 * A probability in whole percent; never 0 or 100 unless it is exactly that.
 *
 * @example percent(0.999) // ">99 %"
 */
export function percent(p: number): string {
  if (p > 0 && p < 0.01) return "<1 %";
  if (p > 0.99 && p < 1) return ">99 %";
  return `${Math.round(100 * p)} %`;
}

/**
 * A p-value with three decimals.
 *
 * @example pValue(0.00002) // "<0.001"
 */
export function pValue(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/**
 * Decimals that show a difference of the size of `scale` with two digits, at least 3 for metrics near 1.
 *
 * @param scale the half-width of the region of practical equivalence, or another typical difference
 * @example decimals(0.01) // 3
 */
export function decimals(scale: number): number {
  if (!(scale > 0)) return 3;
  return Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(scale))));
}
