import type { NonFiniteError } from "../fit.ts";
import type { EpochRecord, Trained, TrainOptions } from "../train.ts";
import type { AsyncTrainStep, JoinedStates, SupervisedState } from "../train-step.ts";

/** How good states are: as the validation of `train`, and of several states at once where that is faster. */
export interface ValidationOfAll<State extends SupervisedState = SupervisedState> {
  score(state: State): number | Promise<number>;
  /** Numbers for joined states, in order; of one whose outputs aren't finite the error; null where it can't. Looks at them. */
  scoreAll?(states: JoinedStates): Promise<readonly (number | NonFiniteError)[] | null>;
  higherIsBetter?: boolean;
}

/** What is run by `trainAll`. */
export interface TrainAllOptions<State extends SupervisedState = SupervisedState>
  extends Pick<TrainOptions<State>, "data" | "epochs" | "patience" | "signal"> {
  step: TrainOptions<State>["step"] & Pick<AsyncTrainStep<State>, "updateJoined" | "joinedSize">;
  /** At least one, each another; consumed. */
  states: readonly State[];
  validation: ValidationOfAll<State>;
}

/** A training that came upon a value that isn't finite; the state was given up. */
export interface Diverged {
  diverged: NonFiniteError;
  /** The epochs before. */
  history: EpochRecord[];
}

/** How the training of a state ended. */
export type Outcome<State extends SupervisedState = SupervisedState> = Trained<State> | Diverged;
