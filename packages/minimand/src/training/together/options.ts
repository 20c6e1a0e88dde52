import type { NonFiniteError } from "../fit.ts";
import type { EpochRecord, Trained, TrainOptions } from "../train.ts";
import type { AsyncTrainStep, JoinedStates, SupervisedState } from "../train-step.ts";

/** How good states are: as the validation of `train`, and of several states at once where that is faster. */
export interface ValidationOfAll {
  score(state: SupervisedState): number | Promise<number>;
  /** Numbers for joined states, in order; of one whose outputs aren't finite the error; null where it can't. Looks at them. */
  scoreAll?(states: JoinedStates): Promise<readonly (number | NonFiniteError)[] | null>;
  higherIsBetter?: boolean;
}

/** What is run by `trainAll`. */
export interface TrainAllOptions
  extends Pick<TrainOptions<SupervisedState>, "data" | "epochs" | "patience" | "signal"> {
  step: TrainOptions<SupervisedState>["step"] &
    Pick<AsyncTrainStep<SupervisedState>, "updateJoined" | "joinedSize">;
  /** Consumed. */
  states: readonly SupervisedState[];
  validation: ValidationOfAll;
}

/** A training that came upon a value that isn't finite; the state was given up. */
export interface Diverged {
  diverged: NonFiniteError;
  /** The epochs before. */
  history: EpochRecord[];
}

/** How the training of a state ended. */
export type Outcome = Trained<SupervisedState> | Diverged;
