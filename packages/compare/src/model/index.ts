export { type Answer, answerCsv, answerOf } from "./answer.ts";
export * from "./choose.ts";
export {
  type EnsembleDescription,
  type ModelDescription,
  type NetworkDescription,
  ownModelIn,
  readModelDescription,
  type SavedEnsemble,
  type SavedModel,
  type SavedNetwork,
  type SavedTrees,
  type TreesDescription,
  weightsFile,
  writeModelDescription,
} from "./description.ts";
export { predictResponses } from "./predict-pairs.ts";
export { readSavedModel } from "./read-saved-model.ts";
export * from "./saved-model.ts";
export { networkOfOwn, savedLayers, sizesOf } from "./saved-network.ts";
export { checkSums, sha256Of } from "./sums.ts";
export * from "./teacher.ts";
