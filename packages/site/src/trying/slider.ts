import type { Range } from "@minimand/papers/lessons";

/** Steps of a slider whose numbers lie evenly by their logarithms: so few that each is another number of two digits. */
export const logSteps = 50;

/** Where a slider stands for a value. */
export const toSlider = ({ log, min, max }: Range, value: number): number =>
  log ? Math.round((logSteps * Math.log(value / min)) / Math.log(max / min)) : value;

/** The value for which a slider stands there. */
export const fromSlider = ({ log, min, max }: Range, at: number): number =>
  log ? Number((min * (max / min) ** (at / logSteps)).toPrecision(2)) : at;
