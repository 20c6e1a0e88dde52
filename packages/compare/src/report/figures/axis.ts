import * as Plot from "@observablehq/plot";
import { fixed } from "./text.ts";

/** How values are spread over an axis; on a logarithmic one, those that aren't positive are gaps. */
export type AxisScale = "linear" | "log";

/**
 * Returns the range from lowest to highest value that the axis can show, with a little room; a range around a single value.
 *
 * @param values any numbers; those that aren't finite, or on a logarithmic axis not positive, don't count
 * @param room share of the range that is left free on each side
 */
export function extent(
  values: readonly number[],
  room: number,
  scale: AxisScale = "linear",
): [number, number] {
  if (scale === "log") {
    // With the room below them, numbers nearer to 0 would begin the axis there.
    const [low, high] = extent(values.filter((v) => v > 1e-300).map(Math.log10), room);
    // Powers beyond these are 0 or infinite, and an axis without an end has ticks without an end.
    return [10 ** Math.max(low, -307), 10 ** Math.min(high, 308)];
  }
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const pad = low === high ? 0.1 * Math.abs(low) || 0.5 : room * (high - low);
  return [low - pad, high + pad];
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A value at a tick of a logarithmic axis: powers of ten that have many zeros as such, `10⁻⁶`. */
function logTick(value: number): string {
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (Math.abs(power) < 4) return fixed(value, Math.max(0, -power));
  const digits = [...`${Math.abs(power)}`].map((digit) => superscripts[Number(digit)]).join("");
  const factor = Math.round(value / 10 ** power);
  return `${factor === 1 ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`;
}

/** Returns values for about a given number of ticks of a logarithmic axis: powers of ten, or within two decades also 2 and 5 times them. */
export function logTicks([low, high]: readonly [number, number], count: number): number[] {
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / count));
  const factors = decades < 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    if (power % every === 0) ticks.push(...factors.map((factor) => factor * 10 ** power));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** Scale and marks of one axis of panels. */
export function panelAxis(
  side: "x" | "y",
  domain: readonly [number, number],
  scale: AxisScale,
  ticks: number,
): { scale: Plot.ScaleOptions; mark: Plot.Markish } {
  const options =
    scale === "log"
      ? { label: null, ticks: logTicks(domain, ticks), tickFormat: logTick }
      : { label: null, ticks };
  return {
    scale: { domain: [...domain], type: scale, label: null },
    mark: side === "x" ? Plot.axisX(options) : Plot.axisY(options),
  };
}
