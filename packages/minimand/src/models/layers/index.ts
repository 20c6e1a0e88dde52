export * from "./activations.ts";
export * from "./dense.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export type { Layer } from "./layer.ts";
export * from "./normalization.ts";
export * from "./residual.ts";
export * from "./sequential.ts";
