import { expect, it } from "vitest";
import { bagSizes } from "./index.ts";

it("bagSizes counts the rows of each bag, and refuses ids that are none and bags without rows", () => {
  expect([...bagSizes([2, 0, 2, 1, 2])]).toEqual([1, 1, 3]);
  expect([...bagSizes([1, 0], 2)]).toEqual([1, 1]);
  expect(() => bagSizes([1, 0], 3)).toThrow(
    /^bagIds: expected at least one row in every bag, got .*none in bag 2/,
  );
  expect(() => bagSizes([0, 2], 2)).toThrow("bagIds, row 1: expected a bag from 0 to 1, got 2");
  expect(() => bagSizes([0, 0.5])).toThrow("bagIds, row 1: expected a bag from 0 to 1, got 0.5");
  expect(() => bagSizes([])).toThrow("bagIds: expected at least one row");
});
