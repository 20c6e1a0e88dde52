import type { Arm } from "./arm.ts";
import { greedyOver, meanOverSeeds } from "./ensembles.ts";
import { runHgb } from "./hgb.ts";
import { runLinear, runToday, runTrees } from "./product.ts";

const members = ["today", "trees", "linear"];

/** All arms, those that combine others after them. A new arm is added here. */
export const arms: readonly Arm[] = [
  { name: "today", version: 1, run: runToday },
  { name: "trees", version: 1, run: runTrees },
  { name: "linear", version: 1, run: runLinear },
  { name: "hgb", version: 1, run: runHgb },
  { name: "mean", version: 1, combines: { arms: ["today"], allSeeds: true }, run: meanOverSeeds },
  { name: "greedy", version: 1, combines: { arms: members, allSeeds: false }, run: greedyOver(members) },
];
