export * from "./dense-output-layer.ts";
export * from "./factored-output-layer.ts";
export type { GradientOptions, ScoreStatistics } from "./gradient.ts";
export * from "./initial-output-weights.ts";
export type { Precision } from "./matmul-kernel.ts";
export type { Floats } from "./matrix-space.ts";
export type { SavedFactoredOutput } from "./saved-layer.ts";
export type { Stabilization } from "./stabilize.ts";
export type { UpdateOptions } from "./update.ts";
