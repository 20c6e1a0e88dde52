export * from "./losses/index.ts";
