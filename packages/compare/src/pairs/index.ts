export { examinePairs } from "./examine-pairs.ts";
export type { PairTable } from "./pair-table.ts";
export { type PairTableOptions, pairTable } from "./read-pairs.ts";
export { type RepeatedPairs, repeatedPairs } from "./repeated-pairs.ts";
