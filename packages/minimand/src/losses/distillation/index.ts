export { binaryKl, binaryKlNorm } from "./binary-kl.ts";
export { dhkdLoss } from "./dhkd.ts";
export { dkdLoss, kdLoss } from "./kd.ts";
export type { DistillationOptions } from "./logit-pairs.ts";
export { type TrajectoryOptions, trajectoryLoss, trajectorySquaredError } from "./trajectory.ts";
