import { expect, it } from "vitest";
import { balancedClassWeights } from "./index.ts";

it("balancedClassWeights makes every class that has examples count the same", () => {
  expect([...balancedClassWeights([1, 3])]).toEqual([2, 2 / 3]);
  expect([...balancedClassWeights([6, 0, 2])]).toEqual([8 / 18, 0, 8 / 6]);
});
