import type { Note } from "../../results.ts";
import type { NumericEncoder } from "../encoder.ts";

/** A model of an earlier version has no ranges: this many deviations from the mean are far then. */
const farDeviations = 10;

/**
 * Finds values of a new table that are far outside of the training rows': beyond their range by more than its whole width. There a model
 * extrapolates, as confidently as ever.
 *
 * @param column the name that a reader knows
 * @returns a note with their number and the farthest of them, or none
 */
export function farOutside(fitted: NumericEncoder, column: string, values: Float64Array): Note[] {
  const { mean, sd, range, date } = fitted;
  // What is the same in all training rows is no input; days represent all parts of a date.
  if (sd === 0 || (date !== undefined && date.part !== "days")) return [];
  const [low, high] = range ?? [mean, mean];
  const margin = range === undefined ? farDeviations * sd : high - low;
  const beyond = (value: number): number => Math.max(low - value, value - high);
  const far = values.filter((value) => beyond(value) > margin);
  if (far.length === 0) return [];
  const farthest = far.reduce((a, b) => (beyond(b) > beyond(a) ? b : a));
  const show = date === undefined ? numberText : dayText;
  const training =
    range === undefined
      ? `${show(mean)} on average, a deviation of ${numberText(sd)}`
      : `${show(low)} to ${show(high)}`;
  const lie = far.length === 1 ? "lies" : "lie";
  const text = `${far.length} of ${values.length} values ${lie} far outside of those in training (${training}), the farthest is ${show(farthest)}: such predictions are extrapolated`;
  return [{ level: "warning", column, text }];
}

const numberText = (value: number): string => String(Number(value.toPrecision(6)));

const dayText = (days: number): string =>
  Math.abs(days) > 1e8 ? numberText(days) : new Date(86_400_000 * days).toISOString().slice(0, 10);
