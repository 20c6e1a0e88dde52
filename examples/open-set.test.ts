import { expect, it } from "vitest";
import { openSet } from "./open-set.ts";

it("takes in two digits from five examples each without losing the old ones, and notices an unknown one", async () => {
  const result = await openSet({ epochs: 2 });
  expect(result.closed).toBeGreaterThan(0.93);
  expect(result.old).toBeGreaterThan(result.closed - 0.09);
  expect(result.new).toBeGreaterThan(0.5);
  expect(result.auroc).toBeGreaterThan(0.6);
  expect(result.oscr).toBeGreaterThan(0.6);
}, 60_000);
