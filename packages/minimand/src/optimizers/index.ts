export * from "./adam.ts";
export * from "./keep-unit-norm.ts";
export * from "./proximal.ts";
export * from "./scale.ts";
export * from "./schedules.ts";
export * from "./sgd.ts";
export * from "./transformation.ts";
