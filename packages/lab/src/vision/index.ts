export * from "./classical/index.ts";
export * from "./enhancer/index.ts";
export * from "./heads/index.ts";
export * from "./low-light/index.ts";
export type { Convolution } from "./named-convolutions.ts";
