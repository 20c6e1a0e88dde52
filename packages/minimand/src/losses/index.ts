export * from "./aggregate/index.ts";
export type { WholeBatchLoss } from "./batch-loss.ts";
export * from "./classification/index.ts";
export * from "./dependence/index.ts";
export * from "./distillation/index.ts";
export * from "./margin/index.ts";
export * from "./pairs/index.ts";
export * from "./preference/index.ts";
export * from "./regression/index.ts";
