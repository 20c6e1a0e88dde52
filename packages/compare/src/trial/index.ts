export * from "./fold.ts";
export { type Learner, makeLearner } from "./learner.ts";
export { discard, makeNetwork, type Network, type Trained } from "./network.ts";
export { ownNetwork } from "./own-network.ts";
export * from "./run-trial.ts";
