import { diffusionSteps } from "../interfaces.ts";

/** Share of the picture's variance in noisy latents at each time, falling: betas from .0001 to .05, evenly spaced. */
export const alphaBar: Float64Array = (() => {
  let product = 1;
  return Float64Array.from({ length: diffusionSteps }, (_, t) => {
    product *= 1 - (0.0001 + (0.0499 * t) / (diffusionSteps - 1));
    return product;
  });
})();
