import type { Draw } from "../../kit/rows.ts";
import type { DigitArm, SpeedArm, WordArm } from "./arms.ts";

/** One language model trained with one loss, judged as it learns; for tuning on the validation documents. */
export interface WordSpec extends Pick<Draw, "seed" | "judge"> {
  part: "words";
  arm: WordArm;
  learningRate: number;
  /** Numbers of training positions after which it is judged; training ends at the last. */
  checkpoints: number[];
  /** Positions it is judged on. */
  held: number;
}

/** One small classifier of digits. */
export interface DigitSpec extends Pick<Draw, "seed" | "judge"> {
  part: "digits";
  arm: DigitArm;
  learningRate: number;
  epochs: number;
}

/** Times of one way to make a step of an output layer. */
export interface SpeedSpec {
  part: "speed";
  arm: SpeedArm;
  classes: number;
  steps: number;
}

/** What a model knows after some training positions. */
export interface Checkpoint {
  positions: number;
  /** Seconds of training so far, without those of judging. */
  seconds: number;
  /** Top-k accuracy for each k of the settings. */
  top: number[];
  /** Mean reciprocal rank. */
  mrr: number;
}

export interface WordResult {
  part: "words";
  /** Classes of the output layer. */
  classes: number;
  /** Null where training diverged. */
  checkpoints: Checkpoint[] | null;
}

export interface DigitResult {
  part: "digits";
  /** Null where training diverged. */
  accuracy: number | null;
}

export interface SpeedResult {
  part: "speed";
  /** Median time of a step. */
  milliseconds: number;
}
