export * from "./fold.ts";
export { discard, type Learner, makeLearner, makeNetwork, type Network, type Trained } from "./learner.ts";
export * from "./run-trial.ts";
