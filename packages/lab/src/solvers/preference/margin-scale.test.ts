import { marginScale } from "@minimand/lab/solvers";
import { expit, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { refuseUnknownOptions } from "../../../../../test/support/unknown-options.ts";

const next = randomSource(3);
/** Margins of a model that is `times` too sure of itself, of labels that are flipped with a probability. */
const margins = (times: number, epsilon: number): number[] =>
  Array.from({ length: 20_000 }, () => {
    const z = 10 * (next() - 0.5);
    const agrees = next() < expit(z) !== next() < epsilon;
    return times * (agrees ? z : -z);
  });

describe("the scale of margins", () => {
  it("undoes how much too sure a model is, with flips and without", () => {
    for (const [times, epsilon] of [
      [1, 0],
      [20, 0],
      [0.01, 0.2],
      [5, 0.3],
    ])
      expect(marginScale(margins(times, epsilon), { epsilon }) * times).toBeCloseTo(1, 0);
  });

  it("is smaller where flips are taken for mistakes", () => {
    const some = margins(1, 0.2);
    expect(marginScale(some)).toBeLessThan(0.8 * marginScale(some, { epsilon: 0.2 }));
  });

  it("stays positive and finite where margins tell nothing, or are never wrong", () => {
    for (const some of [[0, 0], [1, -1], [-1, -2], [3]]) {
      expect(marginScale(some)).toBeGreaterThan(0);
      expect(marginScale(some)).toBeLessThan(1e3);
    }
    expect(marginScale([1, 1, 1, -1])).toBeCloseTo(Math.log(3), 4);
  });

  it("is held by true preferences that are added each way", () => {
    const few = [3, 2, 1, 4];
    const scales = [0, 0.5, 1, 10].map((prior) => marginScale(few, { prior, epsilon: 0.2 }));
    expect(scales.toSorted((a, b) => b - a)).toEqual(scales);
    expect(scales[0]).toBeGreaterThan(10 * scales[1]);
    // Alone they say that nothing is preferred, and among many pairs they say nothing.
    const many = margins(1, 0.2);
    expect(marginScale(many, { prior: 1, epsilon: 0.2 })).toBeCloseTo(marginScale(many, { epsilon: 0.2 }), 2);
    expect(marginScale([1, -1], { prior: 5 })).toBeLessThan(0.1);
  });

  it("has the prior's pairs among its own, where all margins are equally large", () => {
    for (const prior of [0, 1, 5])
      expect(marginScale([2, 2, 2, -2], { prior })).toBeCloseTo(Math.log((3 + prior) / (1 + prior)) / 2, 4);
  });

  it("refuses what it can't use", () => {
    expect(() => marginScale([])).toThrow("margins: expected");
    expect(() => marginScale([Number.NaN])).toThrow("margins[0]: expected");
    expect(() => marginScale([1], { prior: -1 })).toThrow("prior: expected");
    expect(() => marginScale([1], { epsilon: 0.5 })).toThrow("epsilon: expected");
  });

  refuseUnknownOptions({ marginScale: (options) => marginScale([1], options) });
});
