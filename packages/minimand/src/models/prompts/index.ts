export * from "./clean-prompt.ts";
export * from "./dead-units.ts";
export * from "./noise-adapter.ts";
export * from "./noise-cross-attention.ts";
export type * from "./prompt-models.ts";
export { type PromptRefiner, type PromptRefinerOptions, promptRefiner } from "./prompt-refiner.ts";
export * from "./refine-prompt.ts";
export * from "./token-adapter.ts";
