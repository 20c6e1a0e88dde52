/** What brightens pictures, in the order of contact sheets. */
export const enhanceMethods = [
  "gamma",
  "adaptive-gamma",
  "equalize",
  "retinex",
  "zero-dce",
  "detector-view",
] as const;

/** Its name on the command line. */
export type EnhanceMethod = (typeof enhanceMethods)[number];

/** What each does, for help and pages. */
export const methodHelp: Record<EnhanceMethod, string> = {
  gamma: "each number to the power of --gamma",
  "adaptive-gamma": "a gamma for each picture, by its mean",
  equalize: "histogram equalisation of the luminance",
  retinex: "single-scale retinex: luminance without the light on it",
  "zero-dce": "curves for each pixel by a network that is fitted to your pictures",
  "detector-view":
    "what a detector sees behind the FeatEnHancer of --model: luminance, stretched; no picture",
};
