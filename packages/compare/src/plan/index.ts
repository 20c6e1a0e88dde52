export * from "./candidate.ts";
export {
  baselineFor,
  baselineIdOf,
  candidateById,
  candidateFor,
  candidates,
  keepable,
  lossesWith,
  methodsWith,
  references,
} from "./candidates.ts";
export { checkCandidates } from "./check-candidates.ts";
export { checkModels } from "./check-models.ts";
export * from "./choose.ts";
export * from "./grid.ts";
export { methods } from "./methods.ts";
export * from "./own-parts.ts";
export * from "./settings.ts";
export * from "./summarise.ts";
export { chooseReferences, linearReference, treesReference } from "./trained-references.ts";
export * from "./trials.ts";
