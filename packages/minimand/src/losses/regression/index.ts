export * from "./losses.ts";
