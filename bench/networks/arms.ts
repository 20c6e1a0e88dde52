import type { Arm } from "./arm.ts";
import { greedyOver, meanOverSeeds } from "./ensembles.ts";
import { runHgb } from "./hgb.ts";
import { changed, runLinear, runToday, runTrees } from "./product.ts";
import { runRecommended } from "./recommended.ts";

const single = (name: string, change: Parameters<typeof changed>[0]): Arm => ({
  name,
  version: 1,
  plans: ["single"],
  run: changed(change),
});

const inner = ["full", "single"] as const;
const members = ["today", "trees", "linear"];

/** All arms, those that combine others after them. A new arm is added here. */
export const arms: readonly Arm[] = [
  { name: "today", version: 1, plans: inner, run: runToday },
  { name: "trees", version: 1, plans: inner, run: runTrees },
  { name: "linear", version: 1, plans: inner, run: runLinear },
  { name: "hgb", version: 1, plans: [...inner, "outer"], run: runHgb },
  { name: "joint", version: 1, plans: inner, run: changed({ bins: 16, members: 5 }) },
  {
    name: "mean",
    version: 1,
    plans: ["full"],
    combines: { arms: ["today"], allSeeds: true },
    run: meanOverSeeds,
  },
  {
    name: "greedy",
    version: 1,
    plans: ["full"],
    combines: { arms: members, allSeeds: false },
    run: greedyOver(members),
  },
  { name: "recommended", version: 2, plans: ["outer"], run: runRecommended },
  single("bins 8", { bins: 8 }),
  single("bins 16", { bins: 16 }),
  single("bins 32", { bins: 32 }),
  single("150 epochs", { maxEpochs: 150, patience: 30 }),
  single("bins 16 + 150 epochs", { bins: 16, maxEpochs: 150, patience: 30 }),
  single("members 5", { members: 5 }),
];
