export { singleResponses } from "./entries.ts";
export { examinePairs } from "./examine-pairs.ts";
export { isOfPairs } from "./is-of-pairs.ts";
export { makePairDataset, type PairDatasetOptions } from "./pair-dataset.ts";
export type { PairTable } from "./pair-table.ts";
export { type PairTableOptions, pairTable } from "./read-pairs.ts";
export { type RepeatedPairs, repeatedPairs } from "./repeated-pairs.ts";
