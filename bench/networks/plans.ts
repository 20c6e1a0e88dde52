import { type Fold, folds } from "@minimand/compare";
import { type BenchTable, outerSplit } from "./read.ts";

/** How often an arm runs on a table, and how many learning rates it tries. */
export interface Plan {
  name: "full" | "single" | "outer";
  folds: number;
  seeds: number;
  configurations: number;
}

/**
 * The plans of the rule: all arms, single changes on the 20 marked tables, and the whole command on the 70 % of the outer split, judged on the
 * 30 %.
 */
export const plans: Record<Plan["name"], Plan> = {
  full: { name: "full", folds: 5, seeds: 2, configurations: 4 },
  single: { name: "single", folds: 3, seeds: 1, configurations: 2 },
  outer: { name: "outer", folds: 1, seeds: 1, configurations: 4 },
};

/** A fold of a seed: rows of the table's data set. */
export interface Split extends Fold {
  plan: Plan;
  fold: number;
}

/** Cuts the data set of a table as the product cuts it for this seed. */
export function splitsOf({ dataset }: Pick<BenchTable, "dataset">, plan: Plan, seed: number): Split[] {
  if (plan.name === "outer") return [{ ...outerSplit(dataset), plan, fold: 0 }];
  return folds(dataset, { folds: plan.folds, seed }).map((own, fold) => ({ ...own, plan, fold }));
}
