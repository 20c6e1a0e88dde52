export * from "./dataset/index.ts";
export * from "./figures/index.ts";
export * from "./plan/index.ts";
export * from "./ranking/index.ts";
export * from "./results.ts";
export * from "./table/index.ts";
export * from "./trial/index.ts";
