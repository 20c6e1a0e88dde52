export * from "./preference/index.ts";
export * from "./sparse/index.ts";
