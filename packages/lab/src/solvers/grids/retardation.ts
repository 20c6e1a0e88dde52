import { numpy as np } from "@jax-js/jax";
import { checkNumber, type OptionNames, readOptions } from "minimand/engine";

/** A porous medium that holds a solute back by Freundlich's isotherm. */
export interface Sorption {
  /** Share of the volume that is pores, between 0 and 1; default 0.29. */
  porosity?: number;
  /** > 0; default 2880. */
  bulkDensity?: number;
  /** >= 0; default 3.5e-4. */
  freundlichK?: number;
  /** Between 0 and 1; default 0.874. */
  freundlichN?: number;
}

export const sorptionNames: OptionNames<Sorption> = {
  porosity: true,
  bulkDensity: true,
  freundlichK: true,
  freundlichN: true,
};

/** Added to the concentration, at which the power would be infinite. */
export const guard = 1e-6;

/** `(1 - porosity) / porosity rho k n` and `n - 1` of `R = 1 + C u^(n - 1)`. */
export function isotherm({
  porosity = 0.29,
  bulkDensity = 2880,
  freundlichK = 3.5e-4,
  freundlichN = 0.874,
}: Sorption): { C: number; exponent: number } {
  checkNumber("porosity", porosity, { above: 0, below: 1 });
  checkNumber("bulkDensity", bulkDensity, { above: 0 });
  checkNumber("freundlichK", freundlichK, { min: 0 });
  checkNumber("freundlichN", freundlichN, { above: 0, max: 1 });
  const C = ((1 - porosity) / porosity) * bulkDensity * freundlichK * freundlichN;
  return { C, exponent: freundlichN - 1 };
}

/**
 * Returns the factor by which sorption slows the transport of a solute of concentration u.
 *
 * `R(u) = 1 + (1 - porosity) / porosity bulkDensity k n (max(u, 0) + 1e-6)^(n - 1)`; its derivative is 0 where u <= 0
 *
 * @param u of any shape, consumed
 * @returns an array like `u`
 * @throws RangeError for numbers outside their ranges
 * @example
 * retardationFactor(np.array([1, 0.05])) // [3.1569, 4.1460]
 * @see Takamoto et al. 2022, arXiv 2210.07182, diffusion-sorption; Chalapathi et al. 2024, arXiv 2402.13412
 */
export function retardationFactor(u: np.Array, options: Sorption = {}): np.Array {
  readOptions("retardationFactor", options, sorptionNames);
  const { C, exponent } = isotherm(options);
  const positive = np.where(u.ref.greater(0), u, 0);
  return np
    .exp(np.log(positive.add(guard)).mul(exponent))
    .mul(C)
    .add(1);
}
