import type { Arm } from "./arm.ts";
import { greedyOver, meanOverSeeds } from "./ensembles.ts";
import { runHgb } from "./hgb.ts";
import { changed, runLinear, runToday, runTrees } from "./product.ts";

const single = (name: string, change: Parameters<typeof changed>[0]): Arm => ({
  name,
  version: 1,
  single: true,
  run: changed(change),
});

const members = ["today", "trees", "linear"];

/** All arms, those that combine others after them. A new arm is added here. */
export const arms: readonly Arm[] = [
  { name: "today", version: 1, run: runToday },
  { name: "trees", version: 1, run: runTrees },
  { name: "linear", version: 1, run: runLinear },
  { name: "hgb", version: 1, run: runHgb },
  { name: "joint", version: 1, run: changed({ bins: 16, members: 5 }) },
  { name: "mean", version: 1, combines: { arms: ["today"], allSeeds: true }, run: meanOverSeeds },
  { name: "greedy", version: 1, combines: { arms: members, allSeeds: false }, run: greedyOver(members) },
  single("bins 8", { bins: 8 }),
  single("bins 16", { bins: 16 }),
  single("bins 32", { bins: 32 }),
  single("150 epochs", { maxEpochs: 150, patience: 30 }),
  single("bins 16 + 150 epochs", { bins: 16, maxEpochs: 150, patience: 30 }),
  single("members 5", { members: 5 }),
];
