export * from "./bandits/index.ts";
export * from "./convex/index.ts";
export type { Learner } from "./learner.ts";
export * from "./mdp/index.ts";
