import { type DiffusionSchedule, diffusionSchedule } from "minimand/training";
import { diffusionSteps } from "../interfaces.ts";

/** The noise of the world's denoiser. */
export const schedule: DiffusionSchedule = diffusionSchedule({
  steps: diffusionSteps,
  betaStart: 0.0001,
  betaEnd: 0.05,
});
