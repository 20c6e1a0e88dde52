export * from "./models/index.ts";
export * from "./training/index.ts";
