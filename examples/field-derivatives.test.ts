import { expect, it } from "vitest";
import { largestResidual } from "./field-derivatives.ts";

it("has a residual of second order", async () => {
  const [coarse, fine] = [await largestResidual(21), await largestResidual(41)];
  expect(coarse / fine).toBeGreaterThan(3.5);
  expect(coarse / fine).toBeLessThan(4.5);
});

it("shows that a field solves another equation", async () => {
  expect(await largestResidual(41, { decay: 0.2 })).toBeGreaterThan(0.1);
});
