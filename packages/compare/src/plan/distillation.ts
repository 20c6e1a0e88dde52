import { auxiliaryHead, binaryKlNorm, type DistillationLoss, distill, dkdLoss, kdLoss } from "minimand";
import type { Task } from "../results.ts";
import type { OwnStepCandidate } from "./candidate.ts";

const both: readonly Task[] = ["binary", "multiclass"];

const family = {
  kind: "step",
  minimises: "own",
  settings: [{ alpha: 1 }, { alpha: 0.25 }, { alpha: 4 }],
  parameters: { alpha: ">= 0, weight of the teacher's part" },
  needs: ["teacher"],
} as const satisfies Partial<OwnStepCandidate>;

/** Both losses on the network's own logits. */
const oneHead =
  (distillation: DistillationLoss): OwnStepCandidate["step"] =>
  (_, student, parts) =>
    distill({ student, distillation, ...parts });

/** Losses that learn from a teacher's logits as well as from the labels; they run where a teacher is given (`--distill-from`). */
export const distillationCandidates: readonly OwnStepCandidate[] = [
  {
    ...family,
    id: "kd",
    label: "Knowledge distillation",
    reference: "Hinton et al. 2015, arXiv 1503.02531",
    formula: "-log p_y + alpha T^2 KL(softmax(t / T) || softmax(f / T)), T = 4, teacher t",
    tasks: both,
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
    tasks: both,
    step: oneHead((s, t, _, { weights }) => binaryKlNorm(s, t, { weights })),
  },
  {
    ...family,
    id: "dhkd",
    label: "Dual-head distillation",
    paper: "dhkd",
    formula: "-log p_y on the main head + alpha BinaryKL-Norm on a linear one that is dropped after training",
    tasks: both,
    step: ({ classes }, student, parts) =>
      distill({
        student,
        auxiliary: auxiliaryHead({ features: student.featureSize, classes, kind: "linear" }),
        ...parts,
      }),
  },
  {
    ...family,
    id: "dhkd-aligned",
    label: "Dual-head distillation, nonlinear and aligned",
    paper: "dhkd",
    formula: "as dhkd with a hidden layer in the second head; its gradient gives way to that of -log p_y",
    tasks: both,
    step: ({ classes }, student, parts) =>
      distill({
        student,
        auxiliary: auxiliaryHead({ features: student.featureSize, classes, kind: "nonlinear" }),
        gradientAlignment: true,
        ...parts,
      }),
  },
];
