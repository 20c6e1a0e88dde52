export * from "./align-loss.ts";
export * from "./denoising-loss.ts";
export * from "./draw-similarity.ts";
export * from "./joint-prompt-loss.ts";
export * from "./token-cross-entropy.ts";
