export { type AlignedGradients, alignGradients } from "./align-gradients.ts";
export { type AuxiliaryHeadOptions, auxiliaryHead } from "./auxiliary-head.ts";
export { type DistillationLoss, type DistillOptions, distill } from "./distill.ts";
export { type GradientConflictOptions, gradientConflict } from "./gradient-conflict.ts";
export type { GradientMask } from "./gradient-mask.ts";
export type { Teacher } from "./teacher-logits.ts";
