import { describe, expect, it } from "vitest";
import { boxIoU, type Detection, type LabelledBox, meanAveragePrecision, meanIoU } from "./index.ts";

const box = (left: number, top: number, right: number, bottom: number, label = 0): LabelledBox => ({
  left,
  top,
  right,
  bottom,
  label,
});
const seen = (score: number, object: LabelledBox): Detection => ({ ...object, score });

describe("boxIoU", () => {
  it("is 1 of a box and itself, 0 of boxes that touch, symmetric", () => {
    const [a, b, c] = [box(0, 0, 4, 2), box(4, 0, 6, 2), box(1, 1, 5, 4)];
    expect([boxIoU(a, a), boxIoU(a, b)]).toEqual([1, 0]);
    // 3 of 8 + 12 - 3.
    expect([boxIoU(a, c), boxIoU(c, a)]).toEqual([3 / 17, 3 / 17]);
  });

  it("refuses boxes without an area", () => {
    expect(() => boxIoU(box(0, 0, 0, 2), box(0, 0, 1, 1))).toThrow(
      "a.right: expected more than left, 0, got 0",
    );
    expect(() => boxIoU(box(0, 0, 1, 1), box(0, Number.NaN, 1, 1))).toThrow(
      "b.top: expected a finite number, got NaN",
    );
  });
});

describe("meanIoU", () => {
  it("has the values of a case by hand", () => {
    // Class 0: 2 right of 3 in the union; class 1: 1 of 3; class 2: 1 of 2; class 3 is nowhere.
    const found = meanIoU([0, 0, 1, 1, 2, 0], [0, 0, 1, 2, 2, 1], 4);
    expect(found.perClass).toEqual([2 / 3, 1 / 3, 1 / 2, null]);
    expect(found.mean).toBeCloseTo(0.5, 12);
  });

  it("is 1 where all is right, and counts a class that is predicted alone as 0", () => {
    expect(meanIoU([0, 1, 1], [0, 1, 1], 2).mean).toBe(1);
    expect(meanIoU([0, 0], [0, 1], 2).perClass).toEqual([1 / 2, 0]);
  });

  it("refuses labels that are none", () => {
    expect(() => meanIoU([0, 2], [0, 1], 2)).toThrow("yTrue[1]: expected a class id from 0 to 1, got 2");
    expect(() => meanIoU([], [], 2)).toThrow("yTrue: expected at least one row, got");
  });
});

describe("meanAveragePrecision", () => {
  const [a, b, c] = [box(0, 0, 10, 10), box(20, 0, 30, 10), box(0, 20, 10, 30)];
  const nowhere = box(50, 50, 60, 60);

  it("has the value of a case by hand, at all points", () => {
    // By score: right, wrong, right, right: precisions 1, 1/2, 2/3, 3/4 at recalls 1/3, 1/3, 2/3, 1.
    const found = [
      [seen(0.9, a), seen(0.8, nowhere), seen(0.6, b)],
      [seen(0.7, c), seen(0.1, nowhere)],
    ];
    // Above recall 1/3 the best precision that still comes is 3/4.
    expect(meanAveragePrecision(found, [[a, b], [c]]).mean).toBeCloseTo(1 / 3 + (2 / 3) * (3 / 4), 12);
  });

  it("takes a second detection of an object for wrong, and an object that is missed for recall not reached", () => {
    const twice = [[seen(0.9, a), seen(0.8, a), seen(0.7, b)]];
    expect(meanAveragePrecision(twice, [[a, b]]).mean).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12);
    expect(meanAveragePrecision([[seen(0.9, a)]], [[a, b]]).mean).toBe(1 / 2);
    expect(meanAveragePrecision([[]], [[a]]).mean).toBe(0);
  });

  it("takes a second detection for wrong though it overlaps another object, which it overlaps less", () => {
    const within = box(0, 0, 10, 6);
    expect(meanAveragePrecision([[seen(0.9, a), seen(0.8, a)]], [[a, within]]).mean).toBe(1 / 2);
    expect(meanAveragePrecision([[seen(0.9, a), seen(0.8, within)]], [[a, within]]).mean).toBe(1);
  });

  it("counts a box from the asked intersection over union on", () => {
    const half = box(0, 0, 10, 5);
    expect(meanAveragePrecision([[seen(1, half)]], [[a]]).mean).toBe(1);
    expect(meanAveragePrecision([[seen(1, half)]], [[a]], { iou: 0.51 }).mean).toBe(0);
  });

  it("is the mean over the classes that have objects; other classes aren't counted", () => {
    const [cat, dog] = [box(0, 0, 10, 10, 3), box(0, 0, 10, 10, 1)];
    const found = meanAveragePrecision([[seen(0.9, cat), seen(0.5, box(0, 0, 9, 9, 7))]], [[cat, dog]]);
    expect([...found.perClass]).toEqual([
      [1, 0],
      [3, 1],
    ]);
    expect(found.mean).toBe(0.5);
  });

  it("looks at the order of scores alone", () => {
    const found = (f: (score: number) => number) => [
      [seen(f(0.2), a), seen(f(0.9), nowhere)],
      [seen(f(0.6), c), seen(f(0.4), b)],
    ];
    const truth = [[a], [b, c]];
    const value = meanAveragePrecision(
      found((s) => s),
      truth,
    ).mean;
    expect(value).toBeLessThan(1);
    expect(
      meanAveragePrecision(
        found((s) => Math.log(s) - 5),
        truth,
      ).mean,
    ).toBe(value);
  });

  it("refuses what it can't judge", () => {
    expect(() => meanAveragePrecision([], [[a]])).toThrow(
      "found: expected 1 pictures, as many as truth, got 0",
    );
    expect(() => meanAveragePrecision([[]], [[]])).toThrow("truth: expected at least one object, got");
    expect(() => meanAveragePrecision([[seen(Number.NaN, a)]], [[a]])).toThrow(
      "found[0][0].score: expected a number, got NaN",
    );
    expect(() => meanAveragePrecision([[]], [[{ ...a, label: 0.5 }]])).toThrow("truth[0][0].label: expected");
    expect(() => meanAveragePrecision([[]], [[a]], { iou: 0 })).toThrow("iou: expected");
  });
});
