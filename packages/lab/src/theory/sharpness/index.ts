export type { SharpnessLoss } from "./programs.ts";
export { type LossCurve, type LossPlane, type Sharpness, sharpness } from "./sharpness.ts";
