export { type Ema, ema } from "./ema.ts";
export { type EsamOptions, esam, sharpestExamples } from "./esam.ts";
export { type LookSamOptions, lookSam } from "./look-sam.ts";
export { type MesaOptions, type MesaStep, mesa } from "./mesa.ts";
export {
  historySlots,
  type OutputHistory,
  type OutputHistoryOptions,
  outputHistory,
  outputHistoryBytes,
  recordOutputs,
  referenceOutputs,
} from "./output-history.ts";
export { asamPerturbation, esamPerturbation, samPerturbation } from "./perturbations.ts";
export { type SafOptions, type SafStep, saf } from "./saf.ts";
export { type AsamOptions, asam, gsam, sam } from "./sam.ts";
export type { TrajectoryDistance } from "./trajectory-objective.ts";
