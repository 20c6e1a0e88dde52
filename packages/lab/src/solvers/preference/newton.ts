import { cholesky, solveFactored } from "minimand/internals";
import { inner } from "../../online/vectors.ts";
import { descendInBall } from "./ball-descent.ts";
import type { Convex, MinimizeOptions, Minimum } from "./convex.ts";

const [largestSteps, armijo, smallestShare] = [200, 1e-4, 2 ** -50];

/** Of a multiplier's pull that a gradient may be, and what of any gradient is rounding. */
const [share, smallestTol] = [1e-2, 1e-15];

/** Radii after which a minimum is taken to be outside the ball. */
const farOut = 1e3;

/**
 * Minimises by Newton's method with backtracking; entries that are at the box's bounds and are pushed outwards are held. Where the
 * curvature vanishes, or is not that of a convex function, it is damped, so that the step is one of gradient descent there.
 */
export function minimize(f: Convex, start: Float64Array, options: MinimizeOptions): Minimum {
  const { box = Infinity, ridge = 0, tol, stop } = options;
  const total = (x: Float64Array): number => f.value(x) + (ridge > 0 ? (ridge / 2) * inner(x, x) : 0);
  let x: Float64Array = start.slice();
  let value = total(x);
  for (let iterations = 0; ; iterations++) {
    const { gradient, hessian } = f.derivatives(x);
    for (let i = 0; i < f.size; i++) {
      gradient[i] += ridge * x[i];
      hessian[i * f.size + i] += ridge;
    }
    const free = freeEntries(x, gradient, box);
    const gradNorm = free.reduce((most, i) => Math.max(most, Math.abs(gradient[i])), 0);
    // What rounding leaves of the gradient may be above a small tolerance.
    const last = iterations === largestSteps;
    const converged = gradNorm <= (last ? Math.sqrt(tol) : tol);
    if (converged || last || stop?.(x) === true) return { x, value, iterations, gradNorm, converged };
    const direction = newtonDirection(hessian, gradient, free);
    const next = descend(total, x, value, gradient, direction, box);
    if (next === null) return { x, value, iterations, gradNorm, converged: gradNorm <= Math.sqrt(tol) };
    [x, value] = [next.x, next.value];
  }
}

function freeEntries(x: Float64Array, gradient: Float64Array, box: number): number[] {
  const free: number[] = [];
  for (let i = 0; i < x.length; i++)
    if (!(x[i] >= box && gradient[i] < 0) && !(x[i] <= -box && gradient[i] > 0)) free.push(i);
  return free;
}

function newtonDirection(
  hessian: Float64Array,
  gradient: Float64Array,
  free: readonly number[],
): Float64Array {
  const [n, all] = [free.length, gradient.length];
  const matrix = new Float64Array(n * n);
  let trace = 0;
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) matrix[p * n + q] = hessian[free[p] * all + free[q]];
    trace += matrix[p * n + p];
  }
  const right = free.map((i) => -gradient[i]);
  let damping = Math.max((1e-13 * Math.abs(trace)) / n, 1e-30);
  let factor = cholesky(matrix, n, { shift: damping });
  for (; factor === null; damping *= 10) factor = cholesky(matrix, n, { shift: damping });
  const solution = solveFactored(factor, n, right);
  const direction = new Float64Array(all);
  for (let p = 0; p < n; p++) direction[free[p]] = solution[p];
  return direction;
}

function descend(
  total: (x: Float64Array) => number,
  x: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  box: number,
): { x: Float64Array; value: number } | null {
  // A step that leaves all scales where the curvature vanishes is no use: what is looked for is within a factor.
  const size = Math.sqrt(inner(direction, direction));
  const longest = 1e3 * (1 + Math.sqrt(inner(x, x)));
  for (let share = Math.min(1, longest / size); share > smallestShare; share /= 2) {
    const next = x.map((v, i) => Math.max(-box, Math.min(box, v + share * direction[i])));
    let slope = 0;
    for (let i = 0; i < x.length; i++) slope += gradient[i] * (next[i] - x[i]);
    const reached = total(next);
    // Less than rounding shows: so near to the minimum Newton's step needs no proof.
    if (share === 1 && Math.abs(slope) < 1e-13 * (1 + Math.abs(value))) return { x: next, value: reached };
    if (slope < 0 && reached <= value + armijo * slope && reached < value) return { x: next, value: reached };
  }
  return null;
}

/**
 * Finds the minimum within a ball about 0, by Lagrange's multiplier: the ridge whose minimum has the radius, or no ridge where the minimum
 * is inside. Without convexity it is a local one.
 */
export function minimizeInBall(
  f: Convex,
  radius: number,
  options: Omit<MinimizeOptions, "box"> & { start?: Float64Array },
): Minimum {
  const { ridge = 0, tol, start = new Float64Array(f.size), stop } = options;
  const norm = (x: Float64Array): number => Math.sqrt(inner(x, x));
  const free = minimize(f, start, {
    ridge,
    tol,
    stop: (x) => norm(x) > farOut * radius || stop?.(x) === true,
  });
  if (free.converged && norm(free.x) <= radius) return free;

  let { iterations } = free;
  let found = free;
  let inside: Minimum | undefined;
  /** Logarithm of the minimum's norm by the radius, at the logarithm of a multiplier; it falls. */
  const excess = (logMultiplier: number): number => {
    const multiplier = Math.exp(logMultiplier);
    // A pull below the tolerance would be none.
    const own = Math.min(tol, Math.max(share * multiplier * radius, smallestTol));
    found = minimize(f, found === free ? start : found.x, { ridge: ridge + multiplier, tol: own });
    iterations += found.iterations;
    const size = Math.max(norm(found.x), Number.MIN_VALUE);
    // Where the loss is flat, what the multiplier says about the norm ends in rounding; what is inside may be kept.
    if (size <= (1 + 1e-9) * radius && (inside === undefined || size > norm(inside.x))) {
      const converged = found.converged && multiplier * (radius - size) <= Math.sqrt(tol);
      inside = { ...found, converged };
    }
    return Math.log(size / radius);
  };
  // |x| <= |gradient at 0| / multiplier.
  const steepest = norm(f.derivatives(new Float64Array(f.size)).gradient);
  rootOfFalling(excess, Math.log(Math.max(steepest / radius, 1e-9)));
  if (inside?.converged !== true) {
    // Without convexity the norm may jump over the radius, or a multiplier lead nowhere.
    const held = descendInBall(f, radius, inside?.x ?? start, { ridge, tol });
    return { ...held, iterations: iterations + held.iterations };
  }
  const { x, gradNorm } = inside;
  return { x, value: f.value(x) + (ridge / 2) * inner(x, x), iterations, gradNorm, converged: true };
}

/**
 * Where a falling function is 0, to a rounding of its value; `high` is beyond. False position; an end that stays counts half (Illinois).
 */
function rootOfFalling(f: (x: number) => number, high: number): void {
  let [right, atRight] = [high, f(high)];
  let [left, atLeft] = [right, atRight];
  for (let step = 1; atLeft <= 0 && step < 64; step *= 2) {
    [right, atRight] = [left, atLeft];
    left = high - step;
    atLeft = f(left);
  }
  let lastSide = 0;
  for (let i = 0; i < 100; i++) {
    const middle = (left * atRight - right * atLeft) / (atRight - atLeft);
    const at = f(middle);
    if (Math.abs(at) < 1e-10 || right - left < 1e-13 * Math.abs(middle)) return;
    const side = Math.sign(at);
    if (side === lastSide) [atLeft, atRight] = [atLeft / (side < 0 ? 2 : 1), atRight / (side > 0 ? 2 : 1)];
    lastSide = side;
    if (side > 0) [left, atLeft] = [middle, at];
    else [right, atRight] = [middle, at];
  }
}
