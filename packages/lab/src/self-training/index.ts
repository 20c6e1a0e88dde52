export { entropyMinimization } from "./entropy-minimization.ts";
export {
  type InnerMaximiser,
  type InnerObjective,
  type InnerOptions,
  innerMaximise,
} from "./inner-maximise.ts";
export {
  type LinearParams,
  type LinearRobustOptions,
  linearRobustLoss,
  linearSelfRobustLoss,
  linearWorstInputs,
} from "./linear-robust-loss.ts";
export {
  type LinearRssData,
  type LinearRssOptions,
  linearRss,
  meanDirection,
  shareInsideHat,
} from "./linear-rss.ts";
export { type LinearRssStepOptions, linearRssStep } from "./linear-rss-step.ts";
export {
  type LinearRssRows,
  type LinearRssRun,
  linearRssTrainer,
  type TrainedLinear,
} from "./linear-rss-trainer.ts";
export { linearScore } from "./linear-score.ts";
export {
  distributionallyRobust,
  type RobustSelfTrainingOptions,
  robustSelfTraining,
} from "./robust-self-training.ts";
export { selfTraining } from "./self-training.ts";
export type { RowLoss } from "./terms.ts";
export type { UnlabeledStepOptions } from "./unlabeled-step.ts";
export { virtualAdversarial } from "./virtual-adversarial.ts";
