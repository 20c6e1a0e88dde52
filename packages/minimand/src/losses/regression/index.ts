export * from "./likelihoods.ts";
export * from "./losses.ts";
