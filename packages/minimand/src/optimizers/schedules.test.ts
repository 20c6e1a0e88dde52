import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { joinSchedules, oneCycleSchedule, warmRestartsSchedule } from "./cycle-schedules.ts";
import { exponentialSchedule, linearSchedule, polynomialSchedule } from "./decay-schedules.ts";
import { constantSchedule, cosineSchedule, type Schedule, warmup } from "./schedules.ts";

const counter = (t: number) => np.array(t, { dtype: np.float32 });
const at = (schedule: Schedule, t: number): number => schedule(counter(t)).item();

/** A schedule against its formula, at every step of a range, compiled and eagerly. */
function expectFormula(schedule: Schedule, formula: (t: number) => number, until: number): void {
  const compiled = jit(schedule);
  for (let t = 0; t <= until; t++) {
    const expected = formula(t);
    for (const rate of [at(schedule, t), compiled(counter(t)).item()])
      expect(Math.abs(rate - expected), `at ${t}`).toBeLessThan(3e-6 * (1 + expected));
  }
  compiled.dispose();
}

describe("schedules that fall", () => {
  it("along a line, to the end and no further", () => {
    expectFormula(linearSchedule(2, 40, 0.5), (t) => 2 - 1.5 * Math.min(t / 40, 1), 60);
    expect(at(linearSchedule(0.3, 7), 7)).toBe(0);
  });

  it("along a power of what remains", () => {
    for (const power of [0.5, 1, 0.9, 3])
      expectFormula(
        polynomialSchedule(2, 40, power, 0.1),
        (t) => 0.1 + 1.9 * Math.max(0, 1 - t / 40) ** power,
        50,
      );
    expect(at(polynomialSchedule(0.3, 7, 0.9), 7)).toBe(0);
  });

  it("by a factor, smoothly or at every so many steps exactly", () => {
    expectFormula(exponentialSchedule(2, 7, 0.3), (t) => 2 * 0.3 ** (t / 7), 40);
    expectFormula(
      exponentialSchedule(2, 7, 0.3, { staircase: true }),
      (t) => 2 * 0.3 ** Math.floor(t / 7),
      100,
    );
    const stairs = exponentialSchedule(1, 41, 0.5, { staircase: true });
    for (const k of [1, 3, 10, 20]) {
      expect(at(stairs, 41 * k)).toBeCloseTo(0.5 ** k, 6);
      expect(at(stairs, 41 * k - 1)).toBeCloseTo(0.5 ** (k - 1), 6);
    }
  });
});

describe("schedules that come back", () => {
  const half = (from: number, to: number, share: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

  it("rise and fall once, with PyTorch's factors as defaults", () => {
    expectFormula(
      oneCycleSchedule(2, 50),
      (t) => (t < 15 ? half(2 / 25, 2, t / 15) : half(2, 2 / 25e4, Math.min((t - 15) / 35, 1))),
      60,
    );
    const other = oneCycleSchedule(1, 10, { pctStart: 0.5, divFactor: 4, finalDivFactor: 1 });
    expect([0, 5, 10].map((t) => at(other, t))).toEqual([0.25, 1, 0.25].map((x) => expect.closeTo(x, 6)));
  });

  it("restart at every period, at any number of periods", () => {
    expectFormula(warmRestartsSchedule(2, 7, { final: 0.5 }), (t) => half(2, 0.5, (t % 7) / 7), 60);
    for (const k of [1, 41, 1000, 99_999])
      expect(at(warmRestartsSchedule(0.1, 41), 41 * k), `restart ${k}`).toBeCloseTo(0.1, 5);
  });

  it("restart later and later", () => {
    for (const [period, factor] of [
      [3, 2],
      [1, 3],
    ]) {
      const formula = (t: number): number => {
        let [since, length] = [t, period];
        while (since >= length) {
          since -= length;
          length *= factor;
        }
        return half(1, 0, since / length);
      };
      expectFormula(warmRestartsSchedule(1, period, { factor }), formula, 50);
    }
  });

  it("one after another, each counted from where it begins", () => {
    const joined = joinSchedules(
      [linearSchedule(0, 5, 1), cosineSchedule(1, 20), constantSchedule(0.3)],
      [5, 18],
    );
    expectFormula(joined, (t) => (t < 5 ? t / 5 : t < 18 ? half(1, 0, (t - 5) / 20) : 0.3), 40);
    expectFormula(
      joinSchedules([warmup(4, constantSchedule(2))], []),
      (t) => 2 * Math.min((t + 1) / 4, 1),
      9,
    );
  });
});

describe("schedules of negative lengths and other nonsense", () => {
  it.each<[string, () => Schedule]>([
    ["steps: expected an integer >= 1, got -5", () => linearSchedule(1, -5)],
    ["steps: expected an integer >= 1, got 0", () => polynomialSchedule(1, 0, 2)],
    ["steps: expected an integer >= 1, got 2.5", () => exponentialSchedule(1, 2.5, 0.5)],
    ["steps: expected an integer >= 2, got -1", () => oneCycleSchedule(1, -1)],
    ["period: expected an integer >= 1, got -3", () => warmRestartsSchedule(1, -3)],
    ["steps: expected an integer >= 1, got -1", () => cosineSchedule(1, -1)],
    ["steps: expected an integer >= 1, got -1", () => warmup(-1, constantSchedule(1))],
    ["boundaries[0]: expected an integer > 0, got -2", () => joinSchedules([(t) => t, (t) => t], [-2])],
    ["initial: expected a finite number >= 0, got -1", () => linearSchedule(-1, 5)],
    ["power: expected a finite number > 0, got 0", () => polynomialSchedule(1, 5, 0)],
    ["factor: expected a finite number > 0 and <= 1, got 2", () => exponentialSchedule(1, 5, 2)],
    ["factor: expected an integer >= 1, got 1.5", () => warmRestartsSchedule(1, 5, { factor: 1.5 })],
    ["pctStart: expected a finite number > 0 and < 1, got 1", () => oneCycleSchedule(1, 9, { pctStart: 1 })],
    [
      "pctStart * steps: expected between 1 and 8 steps, got 0",
      () => oneCycleSchedule(1, 9, { pctStart: 0.01 }),
    ],
    [
      "boundaries[1]: expected an integer > 9, got 9",
      () => joinSchedules([(t) => t, (t) => t, (t) => t], [9, 9]),
    ],
    [
      "boundaries: expected a list of 1 numbers of updates, got an array of length 0",
      () => joinSchedules([(t) => t, (t) => t], []),
    ],
  ])("are refused: %s", (message, make) => {
    expect(make).toThrow(new RangeError(message));
  });

  it("and lists that hold none, and options that are none, with a TypeError", () => {
    expect(() => joinSchedules([], [])).toThrow(
      "schedules: expected a list of at least one schedule, got an array of length 0",
    );
    expect(() => joinSchedules([0.1 as never], [])).toThrow("schedules[0]: expected a schedule, got 0.1");
    expect(() => oneCycleSchedule(1, 9, { pctstart: 0.1 } as object)).toThrow(/did you mean 'pctStart'\?$/);
  });
});
