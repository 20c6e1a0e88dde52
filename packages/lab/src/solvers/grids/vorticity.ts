import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, readOptions } from "minimand/engine";
import { alongAxis } from "./along-axis.ts";
import type { Equations, Named } from "./equations.ts";
import { differenceMatrix } from "./finite-difference.ts";
import type { LayerTerms } from "./layer-rows.ts";
import { fourierBasis, spectralDerivative, spectralSecondDerivative, transposed } from "./spectral.ts";

/** How vorticity is carried. */
export interface VorticityOptions {
  /** Reynolds number, > 0; default 1e4. */
  reynolds?: number;
  /** Side of the periodic square, > 0; default 1. */
  length?: number;
  /** Of the basis, see {@link VorticityTransport.ansatz}, > 0; default 0.005. */
  basisScale?: number;
  /** Whether rows are the squares of the residual, as in the paper's code, so that the objective is of fourth order; default false. */
  squared?: boolean;
}

/** The equation of vorticity in a periodic square, on a grid of times and places. */
export interface VorticityTransport {
  /** `pde` on the grid. */
  equations: Equations;
  /** `basisScale t / t_end (b - mean_xy b)`, which leaves the initial vorticity as it is. Of a basis `[batch, times, n, n, size]`, consumed. */
  ansatz(basis: np.Array): np.Array;
  /**
   * What the equation asks of a basis, which is added to the initial vorticity.
   *
   * @param b `[batch, times, n, n, size]`, consumed; for a whole field its difference to the initial vorticity, of size 1
   * @param initial `[batch, n, n]`, consumed
   */
  terms(b: np.Array, initial: np.Array): LayerTerms;
  /** The velocity `u`, `v` that a vorticity `[batch, times, n, n, size]` belongs to; consumes it. */
  velocity(w: np.Array): { u: np.Array; v: np.Array };
}

/**
 * Returns the two-dimensional Navier-Stokes equation of the vorticity of a fluid in a periodic square:
 * `w_t + u w_x + v w_y = (w_xx + w_yy) / Re`.
 *
 * `u = psi_y`, `v = -psi_x`, `psi_xx + psi_yy = -w`. Derivatives in place are spectral, by products with real matrices of the Fourier
 * basis; the one in time is a finite difference. The equation and terms are those of a {@link linearCombinationLayer}; the layer's
 * field is the initial vorticity and the combination.
 *
 * @param grid coordinates of the `times`, and the number of `points` along each side, >= 2
 * @throws RangeError for times that don't rise, numbers outside their ranges, and from its methods for other shapes
 * @example
 * const { velocity } = vorticityTransport({ times: [0, 1], points: 4 }, { length: 2 * Math.PI })
 * // w = cos y, of the stream function cos y
 * const w = np.array([[1, 0, -1, 0], [1, 0, -1, 0], [1, 0, -1, 0], [1, 0, -1, 0]]).reshape([1, 1, 4, 4, 1])
 * velocity(w).u.reshape([4, 4]).slice(0) // [0, -1, 0, 1]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, section 4.2
 */
export function vorticityTransport(
  grid: { times: ArrayLike<number>; points: number },
  options: VorticityOptions = {},
): VorticityTransport {
  readOptions<VorticityOptions>("vorticityTransport", options, {
    reynolds: true,
    length: true,
    basisScale: true,
    squared: true,
  });
  const { times, points: n } = grid;
  const { reynolds = 1e4, length = 1, basisScale = 0.005, squared = false } = options;
  checkNumber("reynolds", reynolds, { above: 0 });
  checkNumber("length", length, { above: 0 });
  checkNumber("basisScale", basisScale, { above: 0 });
  checkNumber("points", n, { min: 2, integer: true });
  const dt = differenceMatrix(times);
  const nt = times.length;
  const [d1, d2] = [spectralDerivative(n, length), spectralSecondDerivative(n, length)];
  const { basis, waves } = fourierBasis(n, length);
  const analysis = transposed(basis, n);
  const inverseLaplacian = Float64Array.from({ length: n * n }, (_, i) => {
    const square = waves[Math.floor(i / n)] ** 2 + waves[i % n] ** 2;
    return square === 0 ? 0 : 1 / square;
  });
  const [x, y] = [2, 3];

  const constant = (values: ArrayLike<number>, shape: number[], like: np.Array): np.Array =>
    np.array(like.dtype === np.float64 ? Float64Array.from(values) : Float32Array.from(values), { shape });
  const checkField = (name: string, w: np.Array): void => {
    if (w.ndim !== 5 || w.shape[x] !== n || w.shape[y] !== n)
      throw rangeError(name, `shape [batch, times, ${n}, ${n}, size]`, w);
  };
  const velocity = (w: np.Array): { u: np.Array; v: np.Array } => {
    checkField("w", w);
    const waved = alongAxis(alongAxis(w, analysis, x), analysis, y);
    const scaled = waved.mul(constant(inverseLaplacian, [1, 1, n, n, 1], waved));
    const psi = alongAxis(alongAxis(scaled, basis, x), basis, y);
    return { u: alongAxis(psi.ref, d1, y), v: alongAxis(psi, d1, x).neg() };
  };
  /** Derivatives in place and velocity. */
  const inPlace = (w: np.Array): Named => ({
    ...velocity(w.ref),
    w_x: alongAxis(w.ref, d1, x),
    w_y: alongAxis(w.ref, d1, y),
    laplacian: alongAxis(w.ref, d2, x).add(alongAxis(w, d2, y)),
  });

  return {
    velocity,
    equations: {
      pde: {
        at: "samples",
        residual(fields, data) {
          const whole = (name: string) => fields[name].add(data[name]);
          const carried = whole("u")
            .mul(whole("w_x"))
            .add(whole("v").mul(whole("w_y")));
          const r = fields.w_t.add(carried).sub(whole("laplacian").mul(1 / reynolds));
          return squared ? np.square(r) : r;
        },
      },
    },
    ansatz(b) {
      checkField("basis", b);
      const [from, to] = [times[0], times[nt - 1]];
      const ramp = Float64Array.from(
        { length: nt },
        (_, i) => (basisScale * (times[i] - from)) / (to - from),
      );
      const mean = np.mean(b.ref, [x, y], { keepdims: true });
      const centred = b.sub(mean);
      return centred.mul(constant(ramp, [1, nt, 1, 1, 1], centred));
    },
    terms(b, initial) {
      checkField("b", b);
      const [batch] = b.shape;
      if (b.shape[1] !== nt) throw rangeError("b", `shape [batch, ${nt}, ${n}, ${n}, size]`, b);
      if (
        initial.ndim !== 3 ||
        initial.shape[0] !== batch ||
        initial.shape[1] !== n ||
        initial.shape[2] !== n
      )
        throw rangeError("initial", `shape [${batch}, ${n}, ${n}]`, initial);
      const still = inPlace(initial.reshape([batch, 1, n, n, 1]));
      const data = Object.fromEntries(
        Object.entries(still).map(([name, value]) => [
          name,
          np.broadcastTo(value.reshape([batch, 1, n, n]), [batch, nt, n, n]),
        ]),
      );
      return { pde: { fields: { w_t: alongAxis(b.ref, dt, 1), ...inPlace(b) }, data } };
    },
  };
}
