export * from "./flip-preferences.ts";
export * from "./label-noise.ts";
export { type SmoteOptions, smote, undersample } from "./resampling.ts";
