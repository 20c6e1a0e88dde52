export { type AlignedGradients, alignGradients } from "./align-gradients.ts";
export type { GradientMask } from "./gradient-mask.ts";
