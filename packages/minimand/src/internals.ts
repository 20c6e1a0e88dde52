/**
 * What `@minimand/lab` needs for its losses, layers and steps in addition to what is public. It may change in any release: only packages
 * of the same version may import it.
 */
export {
  addOuterToFactor,
  cholesky,
  invertPositive,
  solveFactored,
  solveLower,
  times,
} from "./engine/cholesky.ts";
export { normalCdf, normalDensity } from "./engine/normal.ts";
export { withPresentNames } from "./engine/renamed-options.ts";
export { type Sfc32, sfc32 } from "./engine/sfc32.ts";
export {
  type Code,
  largestMemory,
  load,
  minus,
  number,
  plus,
  simd,
  store,
  type WasmFunction,
  wasmOver,
  whileBelow,
  zeros,
} from "./engine/wasm-code.ts";
export { readLossOptions } from "./losses/loss-options.ts";
export { operand } from "./losses/operand.ts";
export { checkLabels, checkWeights, maskRows, weighted } from "./losses/per-example.ts";
export { checkBox } from "./metrics/detection/boxes.ts";
export { symmetricEigen } from "./metrics/symmetric-eigen.ts";
export { affine, type DenseParams, normalWeight } from "./models/dense-weight.ts";
export { type AttentionParams, attention, attentionParams } from "./models/layers/attend.ts";
export { sliceAxis } from "./models/layers/axis.ts";
export { checkFloats, checkInput, checkLastAxis, plainLayer } from "./models/layers/layer.ts";
export { readSummed, writeSummed } from "./models/summed-safetensors.ts";
export { gradientAt } from "./training/gradient-at.ts";
export {
  checkUnread,
  type HyperRanges,
  hyperInputs,
  initOptimizer,
  named,
  optimizerAt,
  readHyper,
} from "./training/hyper.ts";
export { addTrees, dotTrees, scaleTree } from "./training/sharpness-aware/perturbations.ts";
export { makeStep, type StepOptions } from "./training/step.ts";
export type { StepInputs, StepMethod } from "./training/step-method.ts";
