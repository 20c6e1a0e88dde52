export * from "./candidate.ts";
export * from "./candidates.ts";
export * from "./grid.ts";
export { type Method, methods } from "./methods.ts";
export * from "./settings.ts";
export * from "./trials.ts";
