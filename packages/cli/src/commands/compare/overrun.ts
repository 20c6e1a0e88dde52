import { type Budget, leastFolds } from "@minimand/compare";
import { duration } from "../../run/progress.ts";

/** What is said where even the least that is compared took longer than the budget; null elsewhere. */
export function overrun(budget: Budget): string | null {
  if (!budget.isOverrun()) return null;
  return `budget: ${duration(budget.whole)} are too few: the least that is compared, ${leastFolds} folds of the baseline and three other candidates, took until ${duration(budget.taken())} after the start`;
}
