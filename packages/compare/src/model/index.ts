export * from "./choose.ts";
export {
  type ModelDescription,
  readModelDescription,
  type SavedModel,
  writeModelDescription,
} from "./description.ts";
export * from "./saved-model.ts";
export { checkWeights, networkOfOwn, savedLayers, sizesOf } from "./saved-network.ts";
export { checkSums } from "./sums.ts";
export * from "./teacher.ts";
