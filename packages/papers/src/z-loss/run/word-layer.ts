import type { Scores } from "./ranks.ts";

/** Of how many classes and features a layer is, and from which weights it starts. */
export interface LayerShape {
  classes: number;
  features: number;
  seed: number;
}

/** An output layer in training. */
export interface WordLayer {
  /** One step of gradient descent on the mean loss: the gradient for the body, and the mean loss. */
  step(hidden: Float64Array, labels: Int32Array, rate: number): { loss: number; gradHidden: Float64Array };
  /** How its scores follow from hidden values, for ranking. */
  scores(): Scores;
}
