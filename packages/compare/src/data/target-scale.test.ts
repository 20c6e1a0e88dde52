import { expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { checkLogTarget, fitTarget, fromScale, toScale } from "./target-scale.ts";

it("is the mean and the standard deviation of the given rows, or of their logarithms", () => {
  expect(fitTarget(Float64Array.of(1, 3, 100), Int32Array.of(0, 1))).toEqual({ mean: 2, sd: 1 });
  expect(fitTarget(Float64Array.of(0.1, 0.1, 0.1), Int32Array.of(0, 1, 2)).sd).toBe(1);
  const { mean, sd, log } = fitTarget(Float64Array.of(1, Math.exp(4)), Int32Array.of(0, 1), "log");
  expect([mean, sd, log]).toEqual([2, 2, true]);
  expect(() => fitTarget(Float64Array.of(1), Int32Array.of())).toThrow(
    "rows: expected at least one row, got none",
  );
});

it("is undone for any number, and never beyond what a float64 holds", () => {
  for (const log of [undefined, true] as const) {
    const scale = { mean: 3, sd: 0.5, ...(log && { log }) };
    for (const value of [1e-9, 0.5, 7, 1e12])
      expect(fromScale(toScale(value, scale), scale) / value).toBeCloseTo(1, 6);
    expect(Number.isFinite(fromScale(1e30, scale))).toBe(true);
  }
  expect(toScale(Math.exp(4), { mean: 3, sd: 0.5, log: true })).toBeCloseTo(2, 12);
});

it("needs numbers above 0 for logarithms", async () => {
  const y = [1, 2, 0, 3.5, 7, 8, 9, 10, 11, 12, 13, 14];
  const dataset = await datasetOf(csv({ a: y.map((v) => v + 1), y }), { task: "regression" });
  expect(() => checkLogTarget(dataset)).toThrow(
    "expected numbers above 0 in 'y' with --target-scale log, got 0",
  );
  const classes = await datasetOf(csv({ a: y, y: y.map((v) => (v > 7 ? "p" : "q")) }));
  expect(() => checkLogTarget(classes)).toThrow(
    "expected numbers in 'y' with --target-scale log, got classes",
  );
  expect(() => checkLogTarget({ ...dataset, targets: dataset.targets.map((v) => v + 1) })).not.toThrow();
});
