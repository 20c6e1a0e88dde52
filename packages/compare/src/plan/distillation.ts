import { auxiliaryHead, binaryKlNorm, type DistillationLoss, distill, dkdLoss, kdLoss } from "minimand";
import { classTasks, type OwnStepCandidate } from "./candidate.ts";
import { tuning } from "./tuning.ts";

const family = {
  kind: "step",
  minimises: "own",
  ...tuning({ alpha: [">= 0, weight of the teacher's part", 1, 0.25, 4] }),
  needs: ["teacher"],
} as const satisfies Partial<OwnStepCandidate>;

/** Both losses on the network's own logits. */
const oneHead =
  (distillation: DistillationLoss): OwnStepCandidate["step"] =>
  (_, student, parts) =>
    distill({ student, distillation, ...parts });

/** A second head for the teacher's part, which is dropped after training. */
const twoHeads =
  (
    kind: Parameters<typeof auxiliaryHead>[0]["kind"],
    options: { gradientAlignment?: boolean } = {},
  ): OwnStepCandidate["step"] =>
  ({ classes }, student, parts) =>
    distill({
      student,
      auxiliary: auxiliaryHead({ features: student.featureSize, classes, kind }),
      ...options,
      ...parts,
    });

/** Losses that learn from a teacher's logits as well as from the labels; they run where a teacher is given (`--distill-from`). */
export const distillationCandidates: readonly OwnStepCandidate[] = [
  {
    ...family,
    id: "kd",
    label: "Knowledge distillation",
    reference: "Hinton et al. 2015, arXiv 1503.02531",
    formula: "-log p_y + alpha T^2 KL(softmax(t / T) || softmax(f / T)), T = 4, teacher t",
    tasks: classTasks,
    step: oneHead((s, t, _, { weights }) => kdLoss(s, t, { weights, temperature: 4 })),
  },
  {
    ...family,
    id: "dkd",
    label: "Decoupled distillation",
    reference: "Zhao et al. 2022, arXiv 2203.08679",
    formula: "-log p_y + alpha T^2 (TCKD + 8 NCKD), T = 4, teacher t",
    // With two classes it is the same as kd.
    tasks: ["multiclass"],
    step: oneHead((s, t, y, { weights }) => dkdLoss(s, t, y, { weights, temperature: 4 })),
  },
  {
    ...family,
    id: "binary-kl-norm",
    label: "BinaryKL-Norm on one head",
    paper: "dhkd",
    formula: "-log p_y + alpha T^2 sum_k log cosh((f_k - t_k) / (2 T)), T = 2, teacher t",
    tasks: classTasks,
    step: oneHead((s, t, _, { weights }) => binaryKlNorm(s, t, { weights })),
  },
  {
    ...family,
    id: "dhkd",
    label: "Dual-head distillation",
    paper: "dhkd",
    formula: "-log p_y on the main head + alpha BinaryKL-Norm on a linear one that is dropped after training",
    tasks: classTasks,
    step: twoHeads("linear"),
  },
  {
    ...family,
    id: "dhkd-aligned",
    label: "Dual-head distillation, nonlinear and aligned",
    paper: "dhkd",
    formula: "as dhkd with a hidden layer in the second head; its gradient gives way to that of -log p_y",
    tasks: classTasks,
    step: twoHeads("nonlinear", { gradientAlignment: true }),
  },
];
