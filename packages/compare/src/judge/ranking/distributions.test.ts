import { describe, expect, test } from "vitest";
import {
  chiSquareTail,
  fTail,
  studentCdf,
  studentizedRangeQuantile,
  studentQuantile,
  studentTail,
} from "./distributions.ts";

/** Within a relative distance of the reference, which is SciPy's value where no table is named. */
function close(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected) / expected).toBeLessThan(relative);
}

describe("Student's t", () => {
  test.each([
    [1, 1, 0.25],
    [2.262, 9, 0.025006422751227313],
    [12, 9, 3.8499431114928265e-7],
    [0.1, 3, 0.463326174400403],
    [1.96, 999, 0.025136731366905023],
    [40, 9, 9.491499224669911e-12],
  ])("tail beyond %d with %i degrees of freedom", (t, df, expected) => {
    close(studentTail(t, df), expected, 1e-6);
    expect(studentTail(-t, df)).toBe(studentTail(t, df));
    expect(studentCdf(-t, df)).toBe(studentTail(t, df));
    close(studentCdf(t, df), 1 - expected, 1e-6);
  });

  test("is exactly one half at 0 and nothing at infinity", () => {
    expect(studentCdf(0, 9)).toBe(0.5);
    expect(studentTail(Infinity, 9)).toBe(0);
    expect(studentTail(1e200, 9)).toBe(0);
  });

  test.each([
    [1, 12.706204736174694],
    [4, 2.7764451051977934],
    [9, 2.262157162798205],
    [99, 1.9842169515864174],
    [1999, 1.9611514201705613],
  ])("quantile with %i degrees of freedom at 0.975", (df, expected) => {
    close(studentQuantile(0.975, df), expected, 1e-6);
  });

  test("quantile farther out", () => close(studentQuantile(0.995, 9), 3.249835541592126, 1e-6));
});

test("tails of F and chi-square keep their digits when small", () => {
  close(fTail(3.69, 3, 39), 0.01974409968948888, 1e-6);
  close(fTail(30, 3, 39), 3.171702960735052e-10, 1e-6);
  close(chiSquareTail(9.28, 3), 0.025790724198756772, 1e-9);
  close(chiSquareTail(60, 13), 5.253479852705724e-8, 1e-6);
  expect(chiSquareTail(0, 3)).toBe(1);
  expect(fTail(0, 3, 39)).toBe(1);
});

describe("studentized range over the square root of two", () => {
  // Demšar 2006, table 5(a).
  test.each([
    [0.05, [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164]],
    [0.1, [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.78, 2.855, 2.92]],
  ])("gives the published critical values at alpha %d for 2 to 10 candidates", (alpha, published) => {
    published.forEach((expected, i) => {
      expect(Math.abs(studentizedRangeQuantile(1 - alpha, i + 2) / Math.SQRT2 - expected)).toBeLessThan(1e-3);
    });
  });

  test("also for as many candidates as there are losses", () => {
    close(studentizedRangeQuantile(0.95, 15) / Math.SQRT2, 3.391230283765257, 1e-6);
    close(studentizedRangeQuantile(0.95, 20) / Math.SQRT2, 3.5437991315177815, 1e-6);
  });
});
