export * from "./policy.ts";
export type { PreferenceLoss } from "./preference-step.ts";
export {
  type PreferenceTraining,
  type PreferenceTrainingOptions,
  preferenceTraining,
} from "./preference-training.ts";
export * from "./preferences-from-rewards.ts";
export { type ReferenceLogps, type ReferenceOptions, referenceLogps } from "./reference.ts";
export * from "./train-preference.ts";
