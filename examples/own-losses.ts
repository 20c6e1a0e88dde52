/*
 * Candidates of one's own in a comparison: a loss that the library doesn't have, and an optimizer.
 *
 *     npx minimand compare pima_diabetes --with ./examples/own-losses.ts --losses poly1,focal --optimizers adamw-plain
 *
 * docs/own-candidates.md says what each kind of candidate is made of.
 */
import type { Candidate } from "@minimand/compare";
import { absoluteProbabilityError, adamw, crossEntropy } from "minimand";

export const candidates: Candidate[] = [
  {
    kind: "loss",
    id: "poly1",
    label: "Poly-1",
    reference: "Leng et al. 2022, arXiv 2204.12511",
    formula: "-log p_y + epsilon (1 - p_y)",
    tasks: ["binary", "multiclass"],
    settings: [{ epsilon: 2 }, { epsilon: -0.5 }],
    parameters: { epsilon: ">= -1" },
    // Arrays are given up where they are used last; `.ref` keeps one for another use.
    loss:
      () =>
      (logits, labels, { weights, hyper }) =>
        crossEntropy(logits.ref, labels.ref, { weights: weights.ref }).add(
          absoluteProbabilityError(logits, labels, { weights }).mul(hyper.epsilon).mul(0.5),
        ),
  },
  {
    kind: "optimizer",
    id: "adamw-plain",
    label: "AdamW without weight decay",
    formula: "w <- w - rate m / (sqrt(v) + 1e-8)",
    settings: [],
    parameters: {},
    optimizer: ({ learningRate }) => adamw(learningRate, { weightDecay: 0 }),
  },
];
