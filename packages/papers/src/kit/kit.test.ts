import type { numpy as np } from "@jax-js/jax";
import { minibatches, mlp, sgd } from "minimand";
import { keyOf } from "minimand/engine";
import { describe, expect, it } from "vitest";
import type { Progress } from "../reproduction.ts";
import { accuracyOf, outputsOf } from "./accuracy.ts";
import { available } from "./available.ts";
import { chosen } from "./choices.ts";
import { seedsOf, timedFirst } from "./collect.ts";
import { graded, resultsWhere, word } from "./evidence.ts";
import { grid } from "./grid.ts";
import { named } from "./named.ts";
import { batchCrossEntropy, networksOf } from "./networks.ts";
import { trialOf } from "./parts.ts";
import { halved, heldOut, range, shuffled, taken } from "./rows.ts";
import { cosine, linear, stepped } from "./schedules.ts";
import { banded } from "./series.ts";
import {
  deviation,
  difference,
  estimate,
  logSlope,
  meanOrNull,
  median,
  percentOf,
  signedPoints,
} from "./statistics.ts";
import { bundledHost } from "./test-host.fixture.ts";
import { discard, fullBatches, trainNetwork, unlessDiverged } from "./train-network.ts";

describe("choices", () => {
  it("are the numbers asked for, and refused where tuning did not choose them", () => {
    const choices = { a: { learningRate: 0.1, arm: "a", alpha: 2 } };
    expect(Object.entries(chosen(choices, "a", ["alpha", "learningRate"]))).toEqual([
      ["alpha", 2],
      ["learningRate", 0.1],
    ]);
    expect(() => chosen(choices, "a", ["arm"])).toThrow("choices: expected a number for arm of a, got a");
    expect(() => chosen(choices, "b", ["alpha"])).toThrow(
      "choices: expected a number for alpha of b, got undefined",
    );
  });
});

describe("names, grids and seeds", () => {
  it("find an item by its id or say which there are", () => {
    const arms = [{ id: "a" }, { id: "b" }];
    expect(named(arms, "b", "arm")).toBe(arms[1]);
    expect(() => named(arms, "c", "arm")).toThrow("arm: expected one of a, b, got c");
  });

  it("cross all values, the first name's outermost, and count seeds from the first", () => {
    const points = [...[1, 2].map((b) => ({ a: 0, b })), ...[1, 2].map((b) => ({ a: 3, b }))];
    expect(grid({ a: [0, 3], b: [1, 2] })).toEqual(points);
    expect(seedsOf({ seeds: null }, 3, 100)).toEqual([100, 101, 102]);
    expect(seedsOf({ seeds: 2 }, 3)).toEqual([0, 1]);
  });
});

describe("trials that are timed", () => {
  it("run first, each alone, and the others together after them", async () => {
    const asked: number[][] = [];
    let running = 0;
    const host = {
      async *trials(specs: readonly number[]) {
        asked.push([...specs]);
        expect(running++, "others beside it").toBe(0);
        await new Promise((resolve) => setImmediate(resolve));
        for (const index of [...specs.keys()].reverse()) yield { index, result: 10 * specs[index] };
        running--;
      },
    };
    const found: number[] = [];
    const timed = timedFirst(host, (spec: number) => spec > 3);
    for await (const { index, result } of timed.trials([1, 5, 2, 4])) found[index] = result;
    expect(asked).toEqual([[5], [4], [1, 2]]);
    expect(found).toEqual([10, 50, 20, 40]);
  });
});

describe("available materials", () => {
  const load = async ({ id }: { id: string }): Promise<void> => {
    if (id !== "here") throw new RangeError(`no ${id}`);
  };

  it("are those that the host has, what is missing is said, what is bundled is demanded", async () => {
    const search = available([{ id: "gone" }, { id: "here" }], load);
    const said: Progress = { done: 0, total: 0, message: "gone: left out, it is not here (no gone)" };
    expect((await search.next()).value).toEqual(said);
    expect((await search.next()).value).toEqual([{ id: "here" }]);
    await expect(available([{ id: "gone", bundled: true }], load).next()).rejects.toThrow("no gone");
  });
});

describe("schedules", () => {
  it("fall from 1 to 0, or by steps", () => {
    expect([0, 2].map((epoch) => linear(epoch, 4))).toEqual([1, 0.5]);
    expect([cosine(0, 4), cosine(2, 4), cosine(4, 4)]).toEqual([1, expect.closeTo(0.5, 12), 0]);
    const fall = stepped([0.5, 0.1], [0.75, 0.01]);
    expect([0, 1, 2, 3].map((epoch) => fall(epoch, 4))).toEqual([1, 1, 0.1, 0.01]);
  });
});

describe("training", () => {
  const x = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
  const rows = {
    x,
    shape: [2],
    y: Int32Array.from({ length: 20 }, (_, i) => Number(x[2 * i] > 0)),
    classes: 2,
  };
  const batches = minibatches(rows, { size: 8, seed: 1 });
  const network = networksOf()(undefined, "a", () => ({
    model: mlp({ inputs: 2, hidden: [8], outputs: 2 }),
    loss: batchCrossEntropy,
    optimizer: ({ learningRate }) => sgd(learningRate),
  }));
  const start = (learningRate: number) => network.step.init(keyOf(0), { hyper: { learningRate } });

  it("sets the rate of every epoch by the schedule, tells of each, and learns", async () => {
    const [rates, told]: [number[], number[]] = [[], []];
    const state = await trainNetwork({
      step: network.step,
      state: start(0.8),
      batches,
      epochs: 40,
      schedule: linear,
      onStep: (report) => void rates.push(report.state.hyper.learningRate),
      after: (_, epoch) => void told.push(epoch),
    });
    // Three batches an epoch.
    expect([rates[0], rates[3], rates[6]]).toEqual([0.8, 0.8 * (1 - 1 / 40), 0.8 * (1 - 2 / 40)]);
    expect(told).toEqual(Array.from({ length: 40 }, (_, epoch) => epoch));
    const variables = { params: state.params, modelState: state.modelState };
    const whole = await outputsOf(network.predict, variables, rows);
    expect(accuracyOf(whole, rows.y)).toBeGreaterThan(0.9);
    // Twenty rows are three parts of seven, the last one filled up.
    const parts = await outputsOf(network.predict, variables, rows, 7);
    expect(parts).toHaveLength(40);
    parts.forEach((v, i) => {
      expect(v).toBeCloseTo(whole[i], 5);
    });
    discard(state);
  });

  it("is null where it diverged, and passes other errors on", async () => {
    const training = { step: network.step, batches, epochs: 9, state: start(1e30) };
    expect(await unlessDiverged(trainNetwork(training))).toBe(null);
    await expect(unlessDiverged(Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  });

  it("can see all rows in every batch", () => {
    const ids = [...fullBatches(minibatches(rows, { size: 20, seed: 0 }), 2)].map((batch) => {
      for (const array of [batch.x, batch.y, batch.weights] as np.Array[]) array.dispose();
      return [...batch.ids];
    });
    expect(ids).toEqual([[...rows.y.keys()], [...rows.y.keys()]]);
  });
});

describe("rows", () => {
  it("are shuffled by a seed alone, without touching what is given", () => {
    const given = Int32Array.of(4, 5, 6, 7, 8);
    expect([...shuffled(given, 3)]).toEqual([...shuffled(5, 3)].map((i) => i + 4));
    expect([...given]).toEqual([4, 5, 6, 7, 8]);
    expect([...taken(Float32Array.of(1, 2, 3, 4), 2, [1, 0, 1])]).toEqual([3, 4, 1, 2, 3, 4]);
  });

  it("judge by what is behind them, or in tuning by their own last fifth", () => {
    const parts = (judge: "test" | "tune") => {
      const { train, judged } = heldOut(range(14), 10, judge);
      return [[...train], [...judged]];
    };
    expect(parts("test")).toEqual([[...range(10)], [...range(14, 10)]]);
    expect(parts("tune")).toEqual([[...range(8)], [8, 9]]);
  });

  it("of images are halved by the sums of 2 x 2 pixels", () => {
    const pixels = Uint8Array.from({ length: 16 }, (_, i) => i);
    const images = { pixels, labels: Uint8Array.of(0, 1), count: 2, height: 2, width: 4 };
    expect([...halved(images, [1, 0], (sum) => sum)]).toEqual([42, 50, 10, 18]);
    expect(halved(images, [0])[0]).toBeCloseTo(10 / 4 / 255, 12);
  });
});

describe("parts", () => {
  it("make the trials of the specs that name them", async () => {
    const trial = trialOf({
      square: ({ x }: { part: "square"; x: number }) => x ** 2,
      root: async ({ x }: { part: "root"; x: number }) => Math.sqrt(x),
    });
    expect(await trial({ part: "square", x: 9 }, bundledHost)).toBe(81);
    expect(await trial({ part: "root", x: 9 }, bundledHost)).toBe(3);
  });
});

describe("evidence", () => {
  it("is picked from the trials by what their specs say, in their order", () => {
    const trials = [
      { spec: { part: "arm", arm: "a", seed: 0 } as const, result: 1 },
      { spec: { part: "arm", arm: "b", seed: 0 } as const, result: 2 },
      { spec: { part: "arm", arm: "a", seed: 1 } as const, result: 3 },
      { spec: { part: "speed" } as const, result: "fast" },
    ];
    expect(resultsWhere(trials, { part: "arm", arm: "a" })).toEqual([1, 3]);
    expect(resultsWhere(trials, { part: "arm", seed: undefined })).toEqual([1, 2, 3]);
    expect(resultsWhere(trials, { part: "speed" })).toEqual(["fast"]);
  });

  it("is graded by whether all of a claim shows, or a part of it", () => {
    const grades = [graded(true, false), graded(false, true), graded(false, false)];
    expect(grades).toEqual(["reproduced", "partly reproduced", "not reproduced"]);
    expect([true, false].map(word)).toEqual(["holds", "fails"]);
  });
});

describe("statistics", () => {
  it("are mean and standard error, paired for differences", () => {
    const { mean, error } = estimate([1, 2, 3, 4]);
    expect(mean).toBe(2.5);
    expect(error).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
    expect(difference([1, 2, 3], [0, 1, 2])).toEqual({ mean: 1, error: 0, n: 3 });
    expect(percentOf(estimate([0.873]))).toBe("87.3");
    expect(percentOf({ mean: 0.5, error: 0.004, n: 5 })).toBe("50.0 ± 0.4");
  });

  it("take means of what is there, medians, deviations over a sample, and slopes on logarithms", () => {
    expect([meanOrNull([1, null, 2]), meanOrNull([null])]).toEqual([1.5, null]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(deviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
    expect(logSlope([1, 10, 100], [2, 20, 200])).toBeCloseTo(1, 12);
    expect([signedPoints(0.015), signedPoints(-0.015, 2)]).toEqual(["+1.5", "-1.50"]);
  });

  it("band a curve by one standard error", () => {
    const axes = { name: "a", xLabel: "x", yLabel: "y" };
    const curve = banded(axes, [7], [[1, 3]]);
    expect(curve).toEqual({ ...axes, x: [7], y: [2], low: [1], high: [3] });
  });
});
