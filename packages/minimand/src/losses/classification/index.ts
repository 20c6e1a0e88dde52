export * from "./comp-sum.ts";
export * from "./cross-entropy.ts";
export type { LossOptions } from "./per-example.ts";
