export * from "./flat.ts";
export * from "./mlp.ts";
export * from "./model.ts";
