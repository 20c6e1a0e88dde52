import type { Range } from "@minimand/papers/lessons";

/** Steps of a slider whose numbers are evenly spaced by their logarithms: so few that each is another number of two digits. */
export const logSteps = 50;

/** Returns the position of a slider for a value. */
export const toSlider = ({ log, min, max }: Range, value: number): number =>
  log ? Math.round((logSteps * Math.log(value / min)) / Math.log(max / min)) : value;

/** Returns the value at a position of a slider. */
export const fromSlider = ({ log, min, max }: Range, at: number): number =>
  log ? Number((min * (max / min) ** (at / logSteps)).toPrecision(2)) : at;
