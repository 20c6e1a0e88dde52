export * from "./models/index.ts";
export * from "./search/index.ts";
