import { numpy as np } from "@jax-js/jax";
import { multilabelBinaryCrossEntropy } from "./classification/index.ts";
import { denoisingLoss } from "./generation/index.ts";
import type { LossOptions } from "./per-example.ts";
import { gaussianNll } from "./regression/index.ts";

/** A loss of several outputs an example and what they are measured by, as the conformance suite calls it. */
export interface VectorLoss {
  name: string;
  /** Name of the first argument. */
  first: "logits" | "predictions";
  /** Outputs an example. */
  outputs: number;
  /** What the second argument is: numbers `[batch]`, or numbers from 0 to 1, `[batch, outputs]`. */
  target: "number" | "labels";
  loss: (outputs: np.Array, targets: np.Array, options: LossOptions) => np.Array;
}

/** Every per-example loss of several outputs with targets that are no classes joins the conformance suite by one line here. */
export const vectorLosses: readonly VectorLoss[] = [
  { name: "denoisingLoss", first: "predictions", outputs: 4, target: "labels", loss: denoisingLoss },
  { name: "gaussianNll", first: "predictions", outputs: 2, target: "number", loss: gaussianNll },
  {
    name: "multilabelBinaryCrossEntropy",
    first: "logits",
    outputs: 3,
    target: "labels",
    loss: multilabelBinaryCrossEntropy,
  },
  {
    name: "multilabelBinaryCrossEntropy, positives weighted",
    first: "logits",
    outputs: 3,
    target: "labels",
    loss: (z, y, o) => multilabelBinaryCrossEntropy(z, y, { ...o, positiveWeights: np.array([1, 2, 0.5]) }),
  },
];
