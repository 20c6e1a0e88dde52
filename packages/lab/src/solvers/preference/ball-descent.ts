import { inner } from "../../online/vectors.ts";
import type { Convex, MinimizeOptions, Minimum } from "./convex.ts";

const [mostSteps, armijo, smallestShare] = [5000, 1e-4, 2 ** -40];

/**
 * Finds a local minimum within a ball about 0 by projected gradient steps, their length by Barzilai and Borwein, each one downhill. It is
 * for functions that aren't convex, where no multiplier may have a minimum on the ball's surface.
 *
 * @param start taken into the ball
 */
export function descendInBall(
  f: Convex,
  radius: number,
  start: Float64Array,
  { ridge = 0, tol }: Pick<MinimizeOptions, "ridge" | "tol">,
): Minimum {
  const total = (x: Float64Array): number => f.value(x) + (ridge / 2) * inner(x, x);
  const gradientAt = (x: Float64Array): Float64Array =>
    f.derivatives(x).gradient.map((slope, j) => slope + ridge * x[j]);
  let x = intoBall(start, radius);
  let [value, gradient, rate] = [total(x), gradientAt(x), 1];
  for (let iterations = 0; ; iterations++) {
    const gradNorm = slopeWithin(x, gradient, radius);
    const converged = gradNorm <= tol;
    if (converged || iterations === mostSteps)
      return { x, value, iterations, gradNorm, converged: gradNorm <= Math.sqrt(tol) };
    let [next, reached] = [x, value];
    for (let share = 1; share > smallestShare; share /= 2) {
      const tried = intoBall(
        x.map((v, j) => v - share * rate * gradient[j]),
        radius,
      );
      const slope = inner(gradient, tried) - inner(gradient, x);
      const found = total(tried);
      if (!(found <= value + armijo * slope && found < value)) continue;
      [next, reached] = [tried, found];
      break;
    }
    // Less than rounding shows.
    if (next === x) return { x, value, iterations, gradNorm, converged: gradNorm <= Math.sqrt(tol) };
    const later = gradientAt(next);
    const moved = next.map((v, j) => v - x[j]);
    const bend = inner(moved, later) - inner(moved, gradient);
    rate = bend > 0 ? inner(moved, moved) / bend : 4 * rate;
    [x, value, gradient] = [next, reached, later];
  }
}

function intoBall(x: Float64Array, radius: number): Float64Array {
  const size = Math.sqrt(inner(x, x));
  return size <= radius ? x : x.map((v) => (v * radius) / size);
}

/** The largest entry of the gradient, on the ball's surface without what points straight outwards. */
function slopeWithin(x: Float64Array, gradient: Float64Array, radius: number): number {
  const squared = inner(x, x);
  const isOnSurface = squared >= radius * radius * (1 - 1e-12);
  const multiplier = isOnSurface ? Math.max(0, -inner(gradient, x) / squared) : 0;
  return gradient.reduce((most, slope, j) => Math.max(most, Math.abs(slope + multiplier * x[j])), 0);
}
