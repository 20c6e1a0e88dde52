import { randomSource } from "minimand/engine";
import {
  clipScore,
  colourfulness,
  distinctN,
  inceptionScore,
  laplacianSharpness,
  meanCosineDistance,
  rmsContrast,
  saliencyCentring,
  vendiScore,
} from "minimand/metrics";
import { describe, expect, it } from "vitest";

const oneHot = (classes: number) =>
  Array.from({ length: classes }, (_, i) => Array.from({ length: classes }, (_, k) => (i === k ? 1 : 0)));

describe("the Inception score", () => {
  it("is 1 where all rows are equal, and the number of classes where each is sure of another", () => {
    const equal = Array.from({ length: 20 }, () => [0.2, 0.3, 0.5]);
    expect(inceptionScore(equal).mean).toBeCloseTo(1, 12);
    expect(inceptionScore(oneHot(6), 1).mean).toBeCloseTo(6, 12);
    const { mean, std } = inceptionScore([...oneHot(3), ...oneHot(3), [1, 0, 0]], 2);
    expect(mean).toBeCloseTo(3, 12);
    expect(std).toBeCloseTo(0, 12);
  });

  it("refuses what are no probabilities", () => {
    expect(() => inceptionScore([[0.5, 0.6]], 1)).toThrow(/^probabilities/);
    expect(() => inceptionScore([[0.5, 0.5]])).toThrow(/^probabilities: expected at least 10 rows/);
    expect(() => inceptionScore([[0.5, 0.5], [1]], 1)).toThrow(/^probabilities\[1\]: expected 2 numbers/);
    expect(() => inceptionScore([[1, 0]], 0)).toThrow(/^splits/);
  });
});

describe("the score of texts and pictures", () => {
  it("is 100 for the same direction and 0 for the opposite one", () => {
    expect(clipScore([[1, 2]], [[3, 6]]).score).toBeCloseTo(100, 10);
    expect(clipScore([[1, 2]], [[-1, -2]]).score).toBe(0);
    const { each, score } = clipScore(
      [
        [1, 0],
        [1, 0],
      ],
      [
        [1, 0],
        [0, 4],
      ],
    );
    expect(score).toBeCloseTo(50, 10);
    expect([...each]).toEqual([100, 0]);
  });

  it("refuses what doesn't match", () => {
    expect(() => clipScore([[1, 0]], [[1, 0, 0]])).toThrow(/^images/);
    expect(() =>
      clipScore(
        [
          [1, 0],
          [1, 1],
        ],
        [[1, 0]],
      ),
    ).toThrow(/^images/);
    expect(() => clipScore([[0, 0]], [[1, 0]])).toThrow(/^texts\[0\]: expected a direction, got 0$/);
    expect(() => clipScore([[Number.NaN, 0]], [[1, 0]])).toThrow(/^texts\[0\]\[0\]/);
  });
});

describe("diversity", () => {
  it("of embeddings is 1 for what is alike, and their number for what is orthogonal", () => {
    const same = Array.from({ length: 5 }, () => [0.3, -2, 1]);
    expect(vendiScore(same)).toBeCloseTo(1, 6);
    expect(meanCosineDistance(same)).toBeCloseTo(0, 12);
    expect(vendiScore(oneHot(7))).toBeCloseTo(7, 10);
    expect(meanCosineDistance(oneHot(7))).toBeCloseTo(1, 12);
    // Two groups of equal ones are worth two.
    expect(
      vendiScore([
        [1, 0],
        [1, 0],
        [0, 1],
        [0, 5],
      ]),
    ).toBeCloseTo(2, 6);
  });

  it("of words counts n-grams, each once", () => {
    expect(distinctN([["a", "b", "a", "b"]], 2)).toBeCloseTo(2 / 3, 12);
    expect(
      distinctN(
        [
          [1, 2],
          [1, 2],
          [2, 1],
        ],
        1,
      ),
    ).toBeCloseTo(1 / 3, 12);
    expect(
      distinctN(
        [
          ["a b", "c"],
          ["a", "b c"],
        ],
        2,
      ),
    ).toBe(1);
    expect(() => distinctN([["a"]], 2)).toThrow(/^texts: expected a text of at least 2 tokens/);
    expect(() => distinctN(["ab" as never], 2)).toThrow(/^texts\[0\]/);
    expect(() => meanCosineDistance([[1, 2]])).toThrow(/^embeddings: expected at least 2 vectors/);
  });
});

describe("statistics of pictures", () => {
  const side = 8;
  const next = randomSource(3);
  const picture = (f: (x: number, y: number) => [number, number, number]) =>
    Array.from({ length: side * side }, (_, i) => f(i % side, Math.floor(i / side))).flat();
  const grey = picture(() => {
    const v = next();
    return [v, v, v];
  });

  it("know grey pictures from colourful ones", () => {
    expect(colourfulness(grey)).toBeCloseTo(0, 12);
    const red = picture(() => [1, 0, 0]);
    // No spread: 0.3 of the length of (1, 1/2).
    expect(colourfulness(red)).toBeCloseTo(0.3 * Math.hypot(1, 0.5), 12);
    expect(colourfulness(picture((x) => (x % 2 ? [1, 0, 0] : [0, 0, 1])))).toBeGreaterThan(1);
  });

  it("measure contrast and sharpness by luma", () => {
    const halves = (low: number, high: number) =>
      picture((x) => (x < side / 2 ? [low, low, low] : [high, high, high]));
    expect(rmsContrast(halves(0, 1))).toBeCloseTo(0.5, 12);
    expect(rmsContrast(halves(0.4, 0.6))).toBeCloseTo(0.1, 12);
    const ramp = picture((x, y) => [x + 2 * y, x + 2 * y, x + 2 * y]);
    expect(laplacianSharpness(ramp, side)).toBeCloseTo(0, 12);
    expect(laplacianSharpness(grey, side)).toBeGreaterThan(laplacianSharpness(halves(0, 1), side));
  });

  it("find what stands out in the middle", () => {
    const dot = (atX: number, atY: number) => {
      const lit = picture((x, y) => (Math.hypot(x - atX, y - atY) < 1.6 ? [1, 0.2, 0] : [0.2, 0.3, 0.4]));
      return saliencyCentring(lit, side);
    };
    expect(dot(3.5, 3.5)).toBeCloseTo(1, 12);
    expect(dot(5, 3.5)).toBeLessThan(1);
    expect(dot(5, 5)).toBeLessThan(dot(5, 3.5));
    expect(
      saliencyCentring(
        picture(() => [0.5, 0.5, 0.5]),
        side,
      ),
    ).toBe(1);
  });

  it("refuse what is no picture", () => {
    expect(() => colourfulness([1, 2])).toThrow(/^rgb: expected three numbers a pixel/);
    expect(() => rmsContrast([])).toThrow(/^rgb/);
    expect(() => laplacianSharpness(grey, 7)).toThrow(/^rgb: expected at least 3 rows of 7 pixels/);
    expect(() => saliencyCentring(grey, 2)).toThrow(/^width/);
    expect(() => colourfulness([1, Number.NaN, 0])).toThrow(/^rgb\[1\]/);
  });
});
