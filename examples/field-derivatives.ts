/*
 * Check samples of a field against a differential equation.
 *
 * The field is the solution of the heat equation u_t = D u_xx with u(0, x) = sin(pi x), sampled on grids of times and places. The
 * program prints the largest residual within each grid: halving both distances divides it by about four.
 *
 *     npx node --conditions=minimand-source examples/field-derivatives.ts
 */

import { numpy as np } from "@jax-js/jax";
import { finiteDifference } from "@minimand/lab/solvers";
import { startEngine } from "minimand/start";

const evenly = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i / (n - 1));

/** The largest `|u_t - D u_xx|` of the samples, without two points at each end, where differences are one-sided. */
export async function largestResidual(
  points: number,
  { D = 0.1, decay = D }: { D?: number; decay?: number } = {},
): Promise<number> {
  const [times, places] = [evenly(points), evenly(points)];
  const values = Array.from(times, (t) =>
    Array.from(places, (x) => Math.exp(-decay * Math.PI ** 2 * t) * Math.sin(Math.PI * x)),
  );
  const u = np.array(values.flat(), { shape: [points, points], dtype: np.float64 });
  const u_t = finiteDifference(u.ref, times, 0);
  const u_xx = finiteDifference(finiteDifference(u, places), places);
  const residual = u_t.sub(u_xx.mul(D)).slice([2, points - 2], [2, points - 2]);
  return np.abs(residual).max().item();
}

if (import.meta.main) {
  await startEngine();
  for (const points of [11, 21, 41, 81])
    console.log(
      `${points} x ${points} samples: largest residual ${(await largestResidual(points)).toExponential(2)}`,
    );
}
