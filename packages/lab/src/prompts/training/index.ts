export { type PromptExamples, type PromptPairs, promptExamples } from "./prompt-examples.ts";
export * from "./refiner-policy.ts";
export * from "./refiner-terms.ts";
export * from "./train-prompt-refiner.ts";
