import type { numpy as np } from "@jax-js/jax";
import { binaryKl, binaryKlNorm } from "./binary-kl.ts";
import { kdLoss } from "./kd.ts";
import type { DistillationOptions } from "./logit-pairs.ts";

/** A loss between two arrays of logits as its conformance suite calls it. */
export interface ConformingPairLoss {
  name: string;
  loss: (student: np.Array, teacher: np.Array, options: DistillationOptions) => np.Array;
  /** True where a constant added to the student's logits changes nothing. */
  shiftInvariant?: true;
}

/** Every loss between a student's and a teacher's logits joins the conformance suite by one line here. */
export const conformingPairLosses: readonly ConformingPairLoss[] = [
  { name: "binaryKl", loss: binaryKl },
  { name: "binaryKlNorm", loss: binaryKlNorm },
  { name: "kdLoss", loss: kdLoss, shiftInvariant: true },
];
