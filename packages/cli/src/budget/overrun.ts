import { type Budget, leastFolds } from "@minimand/compare";
import { duration } from "../run/progress.ts";

/** What is to be said where even the least that can be compared took much longer than it was to take; null elsewhere. */
export function overrun(budget: Budget): string | null {
  if (!budget.isOverrun()) return null;
  return `budget: ${duration(budget.whole)} are too few: the least that tells anything, ${leastFolds} folds of all candidates, took until ${duration(budget.taken())} after the start; fewer --losses and --references take less`;
}
