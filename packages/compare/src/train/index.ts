export * from "./failed-trial.ts";
export * from "./fold.ts";
export { batchSizeFor, type Learner, makeLearner } from "./learner.ts";
export { discard, makeNetwork, type Network, type Trained } from "./network.ts";
export {
  fullEvaluation,
  type Prediction,
  predictionFrom,
  predictionOf,
  scoreOfPrediction,
  valuesOf,
} from "./outcome.ts";
export { ownNetwork } from "./own-network.ts";
export * from "./run-trial.ts";
