export * from "./losses/index.ts";
export * from "./metrics/index.ts";
