export * from "./candidate.ts";
export * from "./candidates.ts";
export * from "./grid.ts";
export * from "./settings.ts";
