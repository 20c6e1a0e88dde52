import { metricCatalogue } from "minimand";
import { describe, expect, it } from "vitest";
import type { Settings } from "../results.ts";
import { checkSettings, defaultSettings, metricFor, networkSettings } from "./settings.ts";

const settings = (changed: Partial<Settings>): Settings => ({ ...defaultSettings, target: "y", ...changed });

describe("checkSettings", () => {
  it("accepts the defaults and the edges of every range", () => {
    expect(() => checkSettings(settings({}))).not.toThrow();
    expect(() =>
      checkSettings(
        settings({
          seeds: 1,
          folds: 2,
          configurations: 1,
          maxEpochs: 1,
          patience: 1,
          batchSize: 1,
          hidden: [4096, 4095],
          rope: 0,
          imbalance: 1,
          labelNoise: 0.99,
        }),
      ),
    ).not.toThrow();
  });

  it.each<[Partial<Settings>, string]>([
    [{ seeds: -1 }, "seeds: expected an integer >= 1 and <= 1000, got -1"],
    [{ seeds: 1.5 }, "seeds: expected an integer >= 1 and <= 1000, got 1.5"],
    [{ folds: 1 }, "folds: expected an integer >= 2 and <= 1000, got 1"],
    [{ folds: Number.NaN }, "folds: expected an integer >= 2 and <= 1000, got NaN"],
    [{ configurations: 0 }, "configurations: expected an integer >= 1 and <= 1000, got 0"],
    [{ maxEpochs: 0 }, "maxEpochs: expected an integer >= 1 and <= 100000, got 0"],
    [{ patience: 0 }, "patience: expected an integer >= 1 and <= 100000, got 0"],
    [{ batchSize: 0 }, "batchSize: expected an integer >= 1, got 0"],
    [{ hidden: Array(101).fill(1) }, "hidden: expected at most 100 layers, got 101"],
    [{ hidden: [64, 0] }, "hidden: expected an integer >= 1, got 0"],
    [{ seeds: 1001 }, "seeds: expected an integer >= 1 and <= 1000, got 1001"],
    [{ patience: 1e9 }, "patience: expected an integer >= 1 and <= 100000, got 1000000000"],
    [
      { hidden: [4096, 4096, 1] },
      "hidden: expected layers with at most 16777216 weights between them, got 16781313",
    ],
    [{ rope: -0.01 }, "rope: expected a finite number >= 0, got -0.01"],
    [{ alpha: 0 }, "alpha: expected a finite number > 0 and < 1, got 0"],
    [{ alpha: 1 }, "alpha: expected a finite number > 0 and < 1, got 1"],
    [{ labelNoise: 1 }, "labelNoise: expected a finite number >= 0 and < 1, got 1"],
    [{ imbalance: 0.5 }, "imbalance: expected a finite number >= 1, got 0.5"],
    [{ bins: -1 }, "bins: expected an integer >= 0 and <= 256, got -1"],
    [{ members: 21 }, "members: expected an integer >= 1 and <= 20, got 21"],
    [
      { task: "preference", members: 2 },
      "task: expected another one than preference with --members, got preference",
    ],
    [{ imbalance: Number.POSITIVE_INFINITY }, "imbalance: expected a finite number >= 1, got Infinity"],
  ])("refuses %j", (changed, message) => {
    expect(() => checkSettings(settings(changed))).toThrow(new RangeError(message));
  });

  it("does not look at the folds where a second file is the test part", () => {
    expect(() => checkSettings(settings({ folds: 1, test: "test.csv" }))).not.toThrow();
  });
});

describe("networkSettings", () => {
  it.each<[Parameters<typeof networkSettings>[0], bins: number, members: number]>([
    [{}, 16, 5],
    [{ model: "own", task: "regression", quantize: [] }, 16, 5],
    [{ model: "linear" }, 0, 1],
    [{ task: "preference" }, 0, 1],
    [{ model: "mlp", quantize: [8] }, 16, 1],
  ])("has for %o", (asked, bins, members) => {
    expect(networkSettings(asked)).toEqual({ bins, members });
  });
});

describe("metricFor", () => {
  it("is balanced accuracy, or R² for numbers, unless one is asked for", () => {
    expect(metricFor("auto", "binary")).toBe("balanced-accuracy");
    expect(metricFor("auto", "multiclass")).toBe("balanced-accuracy");
    expect(metricFor("auto", "regression")).toBe("r2");
    for (const { id, tasks } of metricCatalogue)
      for (const task of tasks) expect(metricFor(id, task)).toBe(id);
  });

  it("refuses a metric of another task and lists those of this one", () => {
    expect(() => metricFor("rmse", "binary")).toThrow(
      /^metric: expected a metric for binary \(accuracy, .+\), got "rmse", one for regression$/,
    );
    expect(() => metricFor("f1", "regression")).toThrow(
      /^metric: expected a metric for regression \(rmse, mae, r2\), got "f1", one for binary and multiclass$/,
    );
  });

  it("says which metric a misspelt name probably means", () => {
    expect(() => metricFor("balanced_accuracy", "binary")).toThrow(/did you mean 'balanced-accuracy'\?$/);
    expect(() => metricFor("R2", "regression")).toThrow(/did you mean 'r2'\?$/);
  });
});
