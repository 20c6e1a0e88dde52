import type { numpy as np } from "@jax-js/jax";
import { compSum, crossEntropy, focal } from "./classification/index.ts";
import type { LossOptions } from "./classification/per-example.ts";

/** A per-example classification loss as the conformance suite calls it. */
export interface ConformingLoss {
  name: string;
  loss: (logits: np.Array, labels: np.Array, options: LossOptions) => np.Array;
  /** True for losses that take class ids only. */
  idsOnly?: true;
  /** True where the value may be +Infinity at logits of +-1e4 (it leaves the dtype). */
  mayOverflow?: true;
  /** True where the loss isn't shift-invariant in the logits. */
  notShiftInvariant?: true;
}

const wrap = (
  name: string,
  loss: ConformingLoss["loss"],
  traits: Omit<ConformingLoss, "name" | "loss"> = {},
): ConformingLoss => ({ name, loss, ...traits });

/** Every per-example classification loss joins the conformance suite by one line here. */
export const conformingLosses: readonly ConformingLoss[] = [
  wrap("crossEntropy", crossEntropy),
  wrap("focal", focal),
  wrap("focal, gamma 0.5", (f, y, o) => focal(f, y, { ...o, gamma: 0.5 })),
  wrap("compSum, tau 0", (f, y, o) => compSum(f, y, { ...o, tau: 0 }), { mayOverflow: true }),
  wrap("compSum, tau 0.5", (f, y, o) => compSum(f, y, { ...o, tau: 0.5 }), { mayOverflow: true }),
  wrap("compSum, tau 1.5", (f, y, o) => compSum(f, y, { ...o, tau: 1.5 })),
  wrap("compSum, tau 2", (f, y, o) => compSum(f, y, { ...o, tau: 2 })),
];
