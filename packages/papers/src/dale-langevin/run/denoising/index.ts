/* Multiplicative speckle taken out of photographs: the trained sampler, filters to compare it with, and measures. */
export * from "./fidelity.ts";
export * from "./filters.ts";
export * from "./light.ts";
export { heldOut, learnedFrom } from "./patches.ts";
export { loadSpeckleRemover, type SpeckleRemover } from "./remove-speckle.ts";
export { addSpeckle, offset, speckleLevel } from "./speckle.ts";
