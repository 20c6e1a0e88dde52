export {
  type LayerConstants,
  type LinearCombinationLayer,
  type LinearCombinationLayerOptions,
  linearCombinationLayer,
} from "./constraint-layer.ts";
export {
  type DiffusionSorption,
  type DiffusionSorptionOptions,
  diffusionSorption,
} from "./diffusion-sorption.ts";
export type { Equation, Equations, Named } from "./equations.ts";
export { differenceMatrix, finiteDifference } from "./finite-difference.ts";
export type { LayerTerms } from "./layer-rows.ts";
export { partitionGrid, unpartitionGrid } from "./partition.ts";
export { retardationFactor, type Sorption } from "./retardation.ts";
export { equationResiduals, softConstraintLoss } from "./soft-constraint.ts";
export { type SolveDiffusionSorptionOptions, solveDiffusionSorption } from "./solve-diffusion-sorption.ts";
export { solveTridiagonal } from "./tridiagonal.ts";
export { type VorticityOptions, type VorticityTransport, vorticityTransport } from "./vorticity.ts";
