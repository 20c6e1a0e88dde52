import { expect, it } from "vitest";
import { operationOf, widthOf } from "./architecture-search.ts";

it("finds the operation that made the pictures, and stops when the answer is settled", async () => {
  const { name, weight, steps } = await operationOf();
  expect(name).toBe("average");
  expect(weight).toBeGreaterThan(0.8);
  expect(steps).toBeLessThan(200);
  expect((await operationOf({ steps: 1 })).steps).toBe(1);
});

it("closes gates by the penalty alone, and folds the open ones into a plain network of the same answers", async () => {
  const { wide, narrow, objective, accuracy, narrowAccuracy } = await widthOf({ epochs: 40 });
  expect(narrow).toBeLessThan(wide / 2);
  expect(narrow).toBeGreaterThan(0);
  expect(objective[1]).toBeLessThan(0.2 * objective[0]);
  expect(narrowAccuracy).toBe(accuracy);
  expect(narrowAccuracy).toBeGreaterThan(0.94);
  expect((await widthOf({ epochs: 40, mu: 0 })).narrow).toBe(wide);
});
