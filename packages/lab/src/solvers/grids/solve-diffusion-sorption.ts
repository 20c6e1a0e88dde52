import { checkChoice, checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import { guard, isotherm, type Sorption, sorptionNames } from "./retardation.ts";
import { solveTridiagonal } from "./tridiagonal.ts";

/** How diffusion and sorption are solved numerically. */
export interface SolveDiffusionSorptionOptions extends Sorption {
  /** Diffusion coefficient, > 0; default 5e-4. */
  D?: number;
  /** At x = 1, see {@link diffusionSorption}; `printed` can't be solved. Default `outflow`. */
  rightBoundary?: "outflow" | "closed";
  /** Points in [0, 1], evenly, >= 3; default 257. */
  points?: number;
  /** Steps between two of the times, >= 1; default 20. */
  stepsPerInterval?: number;
}

/** Newton's iterations of a step end at a correction below this, or after so many. */
const [closeEnough, mostIterations] = [1e-12, 30];

/**
 * Returns the solution of diffusion and sorption by the method of lines: a reference for what networks find.
 *
 * `R(u) (3 u - 4 u_1 + u_2) / (2 dt) = D u_xx` (backward differences of second order, the first step of first order), central
 * differences on even points, each step by Newton's method with tridiagonal solves. Second order in time and place.
 *
 * @param initial `u(0, x)` on [0, 1]
 * @param times that rise, the first is that of `initial`
 * @returns one line of `points` values a time; `u(t, 0) = 1` from the second on
 * @throws RangeError for times that don't rise, numbers outside their ranges, and initial values that aren't finite
 * @example
 * // what is 1 everywhere stays so, where nothing flows out
 * solveDiffusionSorption(() => 1, [0, 100], { rightBoundary: "closed", points: 5 })[1] // [1, 1, 1, 1, 1]
 * @see Takamoto et al. 2022, arXiv 2210.07182, diffusion-sorption
 */
export function solveDiffusionSorption(
  initial: (x: number) => number,
  times: ArrayLike<number>,
  options: SolveDiffusionSorptionOptions = {},
): Float64Array[] {
  readOptions<SolveDiffusionSorptionOptions>("solveDiffusionSorption", options, {
    ...sorptionNames,
    D: true,
    rightBoundary: true,
    points: true,
    stepsPerInterval: true,
  });
  const { D = 5e-4, rightBoundary = "outflow", points = 257, stepsPerInterval = 20, ...sorption } = options;
  checkNumber("D", D, { above: 0 });
  checkChoice("rightBoundary", rightBoundary, ["outflow", "closed"]);
  checkNumber("points", points, { min: 3, integer: true });
  checkNumber("stepsPerInterval", stepsPerInterval, { min: 1, integer: true });
  if (typeof initial !== "function") throw typeError("initial", "a function of x", initial);
  const h = 1 / (points - 1);
  const start = Float64Array.from({ length: points }, (_, i) => initial(i * h));
  const bad = start.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw rangeError("initial", "finite values", bad);
  const stepper = { D, h, isotherm: isotherm(sorption), outflow: rightBoundary === "outflow" };
  const lines: Float64Array[] = [start];
  let before: Float64Array = start;
  let now: Float64Array = start;
  for (let k = 1; k < times.length; k++) {
    const dt = (times[k] - times[k - 1]) / stepsPerInterval;
    if (!(dt > 0)) throw rangeError(`times[${k}]`, `a number above ${times[k - 1]}`, times[k]);
    for (let i = 0; i < stepsPerInterval; i++) {
      // Steps of another length start anew by a difference of first order.
      const rates = i === 0 ? { next: 1, now: 1, before: 0 } : { next: 1.5, now: 2, before: -0.5 };
      const next = step(now, before, dt, rates, stepper);
      before = now;
      now = next;
    }
    lines.push(now);
  }
  return lines;
}

interface Stepper {
  D: number;
  h: number;
  isotherm: { C: number; exponent: number };
  outflow: boolean;
}

/** One step: `R(u) (next u - now u_1 - before u_2) / dt = D u_xx` by Newton's method. */
function step(
  u1: Float64Array,
  u2: Float64Array,
  dt: number,
  rates: { next: number; now: number; before: number },
  { D, h, isotherm: { C, exponent }, outflow }: Stepper,
): Float64Array {
  const n = u1.length;
  const u = u1.slice();
  u[0] = 1;
  const rate = D / h ** 2;
  const [lower, diagonal, upper, right] = Array.from({ length: 4 }, () => new Float64Array(n));
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    diagonal[0] = 1;
    for (let i = 1; i < n; i++) {
      const base = Math.max(u[i], 0) + guard;
      const R = 1 + C * base ** exponent;
      const slope = u[i] > 0 ? C * exponent * base ** (exponent - 1) : 0;
      const change = (rates.next * u[i] - rates.now * u1[i] - rates.before * u2[i]) / dt;
      // Beyond the right end is a point that makes the slope there what the condition says: 0, or -u / D.
      const last = i === n - 1;
      const weight = last ? 2 : 1;
      const leak = last && outflow ? (2 * h) / D : 0;
      const curvature = weight * u[i - 1] - (2 + leak) * u[i] + (last ? 0 : u[i + 1]);
      lower[i] = -rate * weight;
      upper[i] = -rate;
      diagonal[i] = (R * rates.next) / dt + slope * change + rate * (2 + leak);
      right[i] = rate * curvature - R * change;
    }
    const correction = solveTridiagonal(lower, diagonal, upper, right);
    let largest = 0;
    correction.forEach((value, i) => {
      u[i] += value;
      largest = Math.max(largest, Math.abs(value));
    });
    if (largest < closeEnough) break;
  }
  return u;
}
