export * from "./bandits/index.ts";
export * from "./convex/index.ts";
export * from "./mdp/index.ts";
