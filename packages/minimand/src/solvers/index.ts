export * from "./sparse/index.ts";
