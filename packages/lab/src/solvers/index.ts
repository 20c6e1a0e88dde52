export * from "./grids/index.ts";
export * from "./least-squares/index.ts";
export * from "./linear/index.ts";
export * from "./preference/index.ts";
export * from "./sparse/index.ts";
