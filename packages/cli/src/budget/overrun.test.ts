import { makeBudget } from "@minimand/compare";
import { expect, it } from "vitest";
import { overrun } from "./overrun.ts";

it("a budget is said to be too small where the least took much longer", () => {
  const after = (seconds: number) => overrun(makeBudget(5000, 0, () => 1000 * seconds));
  expect([after(4), after(7)]).toEqual([null, null]);
  expect(after(67)).toBe(
    "budget: 5 s are too few: the least that tells anything, 3 folds of all candidates, took until 67 s after the start; fewer --losses and --references take less",
  );
});
