export * from "./losses/index.ts";
export * from "./metrics/index.ts";
export * from "./models/index.ts";
export * from "./online/index.ts";
export * from "./optimizers/index.ts";
export * from "./output-layer/index.ts";
export * from "./theory/index.ts";
export * from "./training/index.ts";
