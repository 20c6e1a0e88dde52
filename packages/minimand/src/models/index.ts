export * from "./mlp.ts";
export * from "./model.ts";
