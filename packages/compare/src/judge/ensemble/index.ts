export { type EnsembleOptions, ensembleTrials } from "./ensemble-trials.ts";
export { greedyWeights, weightedMean } from "./greedy.ts";
