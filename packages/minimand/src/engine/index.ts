export * from "./checks.ts";
export * from "./compile.ts";
export * from "./differentiate.ts";
export * from "./numerics.ts";
export * from "./parameter.ts";
export * from "./random.ts";
export * from "./surrogate.ts";
export * from "./tree.ts";
