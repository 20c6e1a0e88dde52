import { makeBudget } from "@minimand/compare";
import { expect, it } from "vitest";
import { overrun } from "./overrun.ts";

it("a budget is said to be too small where the least took more than a tenth longer", () => {
  const after = (seconds: number) => overrun(makeBudget(5000, 0, () => 1000 * seconds));
  expect([after(4), after(6.5), after(7) === null]).toEqual([null, null, false]);
  expect(after(67)).toBe(
    "budget: 5 s are too few: the least that is compared, 3 folds of the baseline and three other candidates, took until 67 s after the start",
  );
});
