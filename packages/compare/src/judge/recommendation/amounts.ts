import { metricCatalogue } from "minimand/metrics";

/** An improvement by a metric, whichever way the metric goes, and its 95 % interval. */
export interface Gain {
  mean: number;
  low: number;
  high: number;
}

/** "3.1 points of balanced accuracy [0.8, 5.4]", "0.31 of RMSE [0.1, 0.52]": amounts of a metric. */
export function gainText({ mean, low, high }: Gain, metric: string): string {
  return `${amountOf(mean, metric)} of ${labelOf(metric)} ${intervalText(low, high, metric)}`;
}

/** "RMSE by 0.31 [0.1, 0.52]": what a metric of which less is better becomes less by. */
export function reductionText({ mean, low, high }: Gain, metric: string): string {
  return `${labelOf(metric)} by ${amountOf(mean, metric)} ${intervalText(low, high, metric)}`;
}

const intervalText = (low: number, high: number, metric: string): string =>
  `[${number(low, metric)}, ${number(high, metric)}]`;

/** "3.1 points", or three digits of a metric that has no points. */
export function amountOf(value: number, metric: string): string {
  const text = number(value, metric);
  return inPoints(metric) ? `${text} ${text === "1.0" ? "point" : "points"}` : text;
}

function number(value: number, metric: string): string {
  return inPoints(metric)
    ? (100 * value).toFixed(1).replace(/^-(0\.0)$/, "$1")
    : String(Number(value.toPrecision(3)));
}

const inPoints = (id: string): boolean => metricCatalogue.find((one) => one.id === id)?.unit === "points";

export const labelOf = (id: string): string => metricCatalogue.find((one) => one.id === id)?.label ?? id;
