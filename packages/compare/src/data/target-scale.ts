import { dataError } from "../data-error.ts";
import type { Dataset } from "./dataset.ts";
import { moments } from "./moments.ts";

/** How a network's outputs become numbers of the target: mean and standard deviation of the targets, or of their logarithms. */
export interface TargetScale {
  mean: number;
  sd: number;
  log?: true;
}

/** The scale of what is no number. */
export const noScale: TargetScale = { mean: 0, sd: 1 };

/** Larger exponents have no float64. */
const mostExponent = Math.log(Number.MAX_VALUE);

/**
 * Returns the scale of the targets of some rows. A standard deviation of zero becomes 1.
 *
 * @throws RangeError without rows
 */
export function fitTarget(
  targets: Float64Array,
  rows: Int32Array,
  kind: "linear" | "log" = "linear",
): TargetScale {
  if (rows.length === 0) throw new RangeError("rows: expected at least one row, got none");
  const log = kind === "log";
  const { mean, sd } = moments(
    Float64Array.from(rows, (row) => (log ? Math.log(targets[row]) : targets[row])),
  );
  return { mean, sd: sd === 0 ? 1 : sd, ...(log && { log }) };
}

/** Returns a target as a network learns it: (y - mean) / sd, of the logarithm of y where the scale is that. */
export function toScale(value: number, { mean, sd, log }: TargetScale): number {
  return ((log ? Math.log(value) : value) - mean) / sd;
}

/** Returns an output of a network in the target's own unit. */
export function fromScale(output: number, { mean, sd, log }: TargetScale): number {
  const value = output * sd + mean;
  return log ? Math.exp(Math.min(value, mostExponent)) : value;
}

/**
 * Checks that a target has logarithms.
 *
 * @throws DataError naming the first row that has none; for classes
 */
export function checkLogTarget({ name, task, target, targets }: Dataset): void {
  if (task !== "regression")
    throw dataError({ file: name }, `expected numbers in '${target}' with --target-scale log`, "classes");
  const row = targets.findIndex((value) => !(value > 0));
  if (row >= 0)
    throw dataError(
      { file: name },
      `expected numbers above 0 in '${target}' with --target-scale log`,
      `${targets[row]}`,
    );
}
