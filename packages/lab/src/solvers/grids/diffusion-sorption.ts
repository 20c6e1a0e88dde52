import type { numpy as np } from "@jax-js/jax";
import { checkChoice, checkNumber, rangeError, readOptions } from "minimand/engine";
import { alongAxis, selection } from "./along-axis.ts";
import type { Equations, Named } from "./equations.ts";
import { differenceMatrix } from "./finite-difference.ts";
import type { LayerTerms } from "./layer-rows.ts";
import { isotherm, retardationFactor, type Sorption, sorptionNames } from "./retardation.ts";

/** Diffusion and sorption of a solute in a medium, and what happens at its right end. */
export interface DiffusionSorptionOptions extends Sorption {
  /** Diffusion coefficient, > 0; default 5e-4. */
  D?: number;
  /** By what the equation is multiplied, e.g. the length of time, which makes its rows as large as the others; default 1. */
  scale?: number;
  /**
   * At x = 1: `outflow`, `u + D u_x = 0`; `printed`, `u - D u_x = 0`, as the paper and its code have it, a source whose strength
   * grows with u, under which the equation has no stable solution; `closed`, `u_x = 0`. Default `outflow`.
   */
  rightBoundary?: "outflow" | "printed" | "closed";
  /** Whether the initial rows are divided by the initial values, which must then be above 0; default true. */
  relativeInitial?: boolean;
}

/** The equations of diffusion and sorption on a grid of times and places. */
export interface DiffusionSorption {
  /** `pde` on the grid; `initial`, `left` and `right` everywhere. */
  equations: Equations;
  /**
   * What the equations ask of a basis, or of a field: its derivatives and borders.
   *
   * @param u `[batch, times, places, size]`, consumed; a field has size 1
   * @param initial `[batch, places]`, consumed
   */
  terms(u: np.Array, initial: np.Array): LayerTerms;
  /** `scale (u_t - D / R(u) u_xx)`, point by point; consumes its arrays. */
  residual(fields: { u: np.Array; u_t: np.Array; u_xx: np.Array }): np.Array;
}

/**
 * Returns the equation of a solute that diffuses and is held back: `u_t = D / R(u) u_xx` for x in (0, 1), with `u(0, x)` given,
 * `u(t, 0) = 1` and a condition at x = 1.
 *
 * Derivatives are finite differences, the second one the first one twice. The equations and terms are those of a
 * {@link linearCombinationLayer}; the same terms of a field are what {@link softConstraintLoss} takes.
 *
 * @param grid coordinates of the `times` and `places`, each at least two numbers that rise
 * @throws RangeError for coordinates that don't rise, for numbers outside their ranges, and from `terms` for other shapes
 * @example
 * const { residual } = diffusionSorption({ times: [0, 1], places: [0, 1] })
 * residual({ u: np.array([0.5]), u_t: np.array([0.01]), u_xx: np.array([2]) }) // [0.00970]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412, section 4.1; {@link retardationFactor}
 */
export function diffusionSorption(
  grid: { times: ArrayLike<number>; places: ArrayLike<number> },
  options: DiffusionSorptionOptions = {},
): DiffusionSorption {
  readOptions<DiffusionSorptionOptions>("diffusionSorption", options, {
    ...sorptionNames,
    D: true,
    scale: true,
    rightBoundary: true,
    relativeInitial: true,
  });
  const { D = 5e-4, scale = 1, rightBoundary = "outflow", relativeInitial = true, ...sorption } = options;
  checkNumber("D", D, { above: 0 });
  checkNumber("scale", scale, { above: 0 });
  checkChoice("rightBoundary", rightBoundary, ["outflow", "printed", "closed"]);
  isotherm(sorption);
  const [dt, dx] = [differenceMatrix(grid.times), differenceMatrix(grid.places)];
  const [nt, nx] = [grid.times.length, grid.places.length];
  const slopeAtRight = dx.slice((nx - 1) * nx);

  const residual: DiffusionSorption["residual"] = ({ u, u_t, u_xx }) =>
    u_t.sub(u_xx.div(retardationFactor(u, sorption)).mul(D)).mul(scale);
  const right = ({ u, slope }: Named): np.Array => {
    if (rightBoundary === "outflow") return u.add(slope.mul(D));
    if (rightBoundary === "printed") return u.sub(slope.mul(D));
    u.dispose();
    return slope;
  };
  const equations: Equations = {
    pde: { at: "samples", residual: (fields) => residual(fields as Parameters<typeof residual>[0]) },
    initial: {
      at: "everywhere",
      residual: ({ u }, { initial }) => (relativeInitial ? u.sub(initial.ref).div(initial) : u.sub(initial)),
    },
    left: { at: "everywhere", residual: ({ u }) => u.sub(1) },
    right: { at: "everywhere", residual: right },
  };

  return {
    equations,
    residual,
    terms(u, initial) {
      const [batch, , , size] = u.shape;
      if (u.ndim !== 4 || u.shape[1] !== nt || u.shape[2] !== nx)
        throw rangeError("u", `shape [batch, ${nt}, ${nx}, size]`, u);
      if (initial.ndim !== 2 || initial.shape[0] !== batch || initial.shape[1] !== nx)
        throw rangeError("initial", `shape [${batch}, ${nx}]`, initial);
      const later = alongAxis(u.ref, selection(nt, 1, nt), 1);
      const line = (x: np.Array): np.Array => x.reshape([batch, nt - 1, size]);
      const u_x = alongAxis(u.ref, dx, 2);
      return {
        pde: { fields: { u: u.ref, u_t: alongAxis(u.ref, dt, 1), u_xx: alongAxis(u_x, dx, 2) } },
        initial: {
          fields: { u: alongAxis(u, selection(nt, 0), 1).reshape([batch, nx, size]) },
          data: { initial },
        },
        left: { fields: { u: line(alongAxis(later.ref, selection(nx, 0), 2)) } },
        right: {
          fields: {
            u: line(alongAxis(later.ref, selection(nx, nx - 1), 2)),
            slope: line(alongAxis(later, slopeAtRight, 2)),
          },
        },
      };
    },
  };
}
