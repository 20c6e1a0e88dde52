import type { Series } from "../reproduction.ts";
import { type Estimate, estimate } from "./statistics.ts";

/** Returns a curve of estimates with a band of one standard error, or of the means of lists of values. */
export function banded(
  labels: Pick<Series, "name" | "xLabel" | "yLabel">,
  x: readonly number[],
  values: readonly (Estimate | readonly number[])[],
  round: (value: number) => number = (value) => value,
): Series {
  const found = values.map((own) => ("mean" in own ? own : estimate(own)));
  return {
    ...labels,
    x: [...x],
    y: found.map(({ mean }) => round(mean)),
    low: found.map(({ mean, error }) => round(mean - error)),
    high: found.map(({ mean, error }) => round(mean + error)),
  };
}
