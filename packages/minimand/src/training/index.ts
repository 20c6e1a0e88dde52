export * from "./batches.ts";
export * from "./ens-loss.ts";
export * from "./fit.ts";
export * from "./objective.ts";
export * from "./predict.ts";
export * from "./supervised.ts";
export * from "./train-step.ts";
