export { type BottleneckOptions, bottleneckObjective, csIbObjective } from "./bottleneck-objectives.ts";
export { type FeatureBatch, type FeatureLoss, featureObjective } from "./feature-objective.ts";
export type { NoisyOptions } from "./noisy-step.ts";
export { type NonlinearBottleneckOptions, nonlinearBottleneck } from "./nonlinear-bottleneck.ts";
export { variationalBottleneck } from "./variational-bottleneck.ts";
