export * from "./figures/index.ts";
export type * from "./results.ts";
