export {
  type Bilevel,
  bilevelOf,
  type SearchBatch,
  type SearchLoss,
  type SearchModel,
  type SearchParams,
} from "./bilevel.ts";
export { type DartsOptions, darts, type Hypergradient } from "./darts.ts";
export { type ImplicitHypergradient, implicitHypergradient } from "./implicit-hypergradient.ts";
export { type Judged, randomSearch } from "./random-search.ts";
export { averageNetworks, type RartsOptions, rarts, rartsObjective } from "./rarts.ts";
export {
  discardSearch,
  type RunSearchOptions,
  runSearch,
  type SearchReport,
  stableFor,
  UnboundedSearchError,
} from "./run-search.ts";
export type {
  ArchitectureSearch,
  Proximal,
  SearchInit,
  SearchMetrics,
  SearchOptimizer,
  SearchOptions,
  SearchState,
} from "./search.ts";
export { type SearchStepOptions, type SearchStepState, searchStep } from "./search-step.ts";
export { singleLevel } from "./single-level.ts";
export {
  type SolvablePoint,
  solvableDarts,
  solvableModel,
  solvableRarts,
  solvableSingleLevel,
} from "./solvable-model.ts";
