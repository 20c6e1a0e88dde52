import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad, keyOf, leavesOf, refTree, type Tree } from "minimand/engine";
import type { LabelledBox } from "minimand/metrics";
import { meanAveragePrecision } from "minimand/metrics";
import { maxPool } from "minimand/models";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import {
  centerDetector,
  centerLoss,
  centerTargets,
  decodeCenters,
  pixelCrossEntropy,
  segmenter,
} from "./index.ts";

const waves = (count: number, phase = 0): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + phase));
const floats = (values: ArrayLike<number>, shape: number[]): np.Array =>
  np.array(Array.from(values), { shape });
const box = (label: number, left: number, top: number, right: number, bottom: number): LabelledBox => ({
  label,
  left,
  top,
  right,
  bottom,
});
const parametersOf = (params: Tree): number => leavesOf(params).reduce((sum, { size }) => sum + size, 0);

describe.each([
  ["segmenter", segmenter, 12 * 16, 4],
  ["centerDetector", centerDetector, 3 * 4, 7],
] as const)("%s", (_, make, cells, channels) => {
  const model = make({ inputs: 2, classes: channels === 7 ? 3 : 4, width: 3 });

  it("says as much of each cell, and the images of a batch don't meet", () => {
    const { params } = model.init(keyOf(1));
    const x = waves(2 * 12 * 16 * 2);
    const apply = (values: number[], batch: number): ArrayLike<number> =>
      model
        .apply({ params: refTree(params), state: {} }, floats(values, [batch, 12, 16, 2]), {
          training: false,
        })[0]
        .dataSync();
    const [both, second] = [apply(x, 2), apply(x.slice(12 * 16 * 2), 1)];
    expect(both.length).toBe(2 * cells * channels);
    const own = Array.from(both).slice(cells * channels);
    own.forEach((value, i) => {
      expect(value).toBeCloseTo(second[i], 5);
    });
    expect(new Set(own).size).toBeGreaterThan(cells);
  });

  it("refuses sizes that its cells don't divide, other channels, and options that are none", () => {
    const { params } = model.init(keyOf(1));
    const at = (shape: number[]) => () =>
      model.apply({ params: refTree(params), state: {} }, np.zeros(shape), { training: false });
    expect(at([1, 10, 16, 2])).toThrow("multiples of 4, got float32[1, 10, 16, 2]");
    expect(at([1, 12, 16, 1])).toThrow("expected shape [batch, height, width, 2], got float32[1, 12, 16, 1]");
    expect(() => make({ inputs: 1, classes: 0 })).toThrow("classes: expected an integer >=");
    expect(() => make({ inputs: 1, classes: 3, widths: 2 } as never)).toThrow("did you mean 'width'?");
  });
});

it("heads are small", () => {
  const of = (model: ReturnType<typeof segmenter>) => parametersOf(model.init(keyOf(1)).params);
  // 3 x 3 kernels and biases: 1 -> 12 -> 24 -> 24 -> 24, 48 -> 12, 24 -> 5.
  expect(of(segmenter({ inputs: 1, classes: 5 }))).toBe(120 + 2616 + 2 * 5208 + 5196 + 1085);
  expect(of(centerDetector({ inputs: 1, classes: 4 }))).toBe(120 + 2616 + 3 * 5208 + 25 * 8);
});

it("a detector starts with objects rare everywhere, and sizes and places near 0", () => {
  const model = centerDetector({ inputs: 1, classes: 3 });
  const x = floats(
    waves(64 * 64).map((value) => 0.5 + value / 2),
    [1, 64, 64, 1],
  );
  const [y] = model.apply(model.init(keyOf(1)), x, { training: false });
  const cells = Array.from(y.dataSync());
  const meanOf = (k: number): number =>
    cells.filter((_, i) => i % 7 === k).reduce((a, b) => a + b, 0) / (cells.length / 7);
  for (let k = 0; k < 7; k++)
    expect(Math.abs(meanOf(k) - (k < 3 ? Math.log(1 / 9) : 0)), `channel ${k}`).toBeLessThan(0.5);
});

describe("pixelCrossEntropy", () => {
  const shape: [number, number, number, number] = [2, 2, 3, 4];
  const labels = (): np.Array =>
    np.array([0, 1, 2, 3, 3, 3, 1, 1, 0, 2, 0, 2], { shape: [2, 2, 3], dtype: np.int32 });

  it("is log classes for equal logits, and the mean over pixels of an image", () => {
    for (const value of pixelCrossEntropy(np.zeros(shape), labels()).dataSync())
      expect(value).toBeCloseTo(Math.log(4), 5);
    const x = waves(48);
    const ids = Array.from(labels().dataSync());
    const expected = ids.map((id, i) => {
      const row = x.slice(4 * i, 4 * i + 4);
      return Math.log(row.reduce((sum, f) => sum + Math.exp(f), 0)) - row[id];
    });
    const found = pixelCrossEntropy(floats(x, shape), labels()).dataSync();
    for (const image of [0, 1])
      expect(found[image]).toBeCloseTo(
        expected.slice(6 * image, 6 * image + 6).reduce((a, b) => a + b) / 6,
        5,
      );
  });

  it("leaves images of weight 0 out whatever they hold", () => {
    const x = waves(48).map((value, i) => (i < 24 ? Number.NaN : value));
    const weights = np.array([0, 2]);
    const [none, twice] = pixelCrossEntropy(floats(x, shape), labels(), { weights }).dataSync();
    const [, once] = pixelCrossEntropy(floats(waves(48), shape), labels()).dataSync();
    expect(none).toBe(0);
    expect(twice).toBeCloseTo(2 * once, 5);
  });

  it("refuses labels of another shape or kind", () => {
    expect(() => pixelCrossEntropy(np.zeros(shape), np.zeros([2, 2, 3]))).toThrow(
      "labels: expected int32[2, 2, 3]",
    );
    expect(() => pixelCrossEntropy(np.zeros(shape), np.zeros([2, 3, 2], { dtype: np.int32 }))).toThrow(
      "labels: expected",
    );
  });
});

describe("targets of centres", () => {
  const size = { height: 16, width: 24, classes: 3 };
  const boxes = [box(0, 1, 2, 9, 8), box(2, 12, 3, 22, 14), box(0, 15, 10, 18, 15)];
  /** What a detector that knew the targets would say: a logit of 9 where the heat is 1. */
  const ideal = (targets: Float32Array): number[] =>
    Array.from({ length: targets.length / 8 }, (_, cell) => {
      const own = targets.subarray(8 * cell, 8 * cell + 7);
      return Array.from(own, (value, k) => (k < 3 ? Math.log((value + 1e-4) / (1 - value + 1e-4)) : value));
    }).flat();

  it("give the boxes back when they are decoded", () => {
    const [found] = decodeCenters(ideal(centerTargets(boxes, size)), { ...size, threshold: 0.9 });
    expect(found).toHaveLength(boxes.length);
    for (const wanted of boxes) {
      const near = found.find(
        ({ label, left, top }) =>
          label === wanted.label && Math.abs(left - wanted.left) + Math.abs(top - wanted.top) < 1e-4,
      );
      for (const side of ["left", "top", "right", "bottom"] as const)
        expect(near?.[side]).toBeCloseTo(wanted[side], 4);
    }
    expect(meanAveragePrecision([found], [boxes]).mean).toBe(1);
  });

  it("are 1 in the cell of the centre alone, and fall with the distance", () => {
    const targets = centerTargets([box(1, 4, 4, 16, 12)], size);
    const heat = (row: number, column: number): number => targets[(row * 6 + column) * 8 + 1];
    expect(heat(2, 2)).toBe(1);
    expect([heat(2, 3), heat(1, 1)].map((y) => Number(y.toFixed(4)))).toEqual([0.6065, 0.3679]);
    expect(targets.filter((value) => value === 1)).toHaveLength(2);
    expect(centerTargets([], size).every((value) => value === 0)).toBe(true);
  });

  it("fall more slowly around a box that is longer than three cells, either way", () => {
    const canvas = { height: 48, width: 48, classes: 1 };
    const expected = Math.exp(-1 / (2 * (10 / 3) ** 2));
    for (const long of [box(0, 2, 20, 42, 28), box(0, 20, 2, 28, 42)]) {
      const targets = centerTargets([long], canvas);
      const [x, y] = [(long.left + long.right) / 8, (long.top + long.bottom) / 8].map(Math.floor);
      for (const [row, column] of [
        [y + 1, x],
        [y, x - 1],
      ])
        expect(targets[(row * 12 + column) * 6]).toBeCloseTo(expected, 6);
    }
  });

  it("refuse boxes that lie elsewhere or are of no class", () => {
    expect(() => centerTargets([box(0, 20, 0, 30, 4)], size)).toThrow(
      "boxes[0]: expected a centre inside of 16 x 24, got",
    );
    expect(() => centerTargets([box(3, 0, 0, 4, 4)], size)).toThrow("boxes[0].label: expected");
    expect(() => centerTargets([], { ...size, height: 18 })).toThrow(
      "height: expected a multiple of 4, got 18",
    );
  });
});

describe("decodeCenters", () => {
  const size = { height: 20, width: 24, classes: 2 };
  const output = waves(2 * 5 * 6 * 6).map((value) => 3 * value);

  it("finds the places that a 3 x 3 max pool leaves as they are", () => {
    const logits = Array.from({ length: 60 }, (_, cell) => output.slice(6 * cell, 6 * cell + 2)).flat();
    const x = floats(logits, [2, 5, 6, 2]);
    const pool = maxPool({ size: 3, stride: 1, padding: "same" });
    const [pooled] = pool.apply({ params: {}, state: {} }, x.ref, { training: false });
    const peaks = (pooled.equal(x).dataSync() as ArrayLike<number>) ?? [];
    const found = decodeCenters(output, { ...size, top: 1000 });
    expect(found.flat()).toHaveLength(Array.from(peaks).filter(Boolean).length);
  });

  it("keeps the likeliest, sorted, and those above the threshold", () => {
    const all = decodeCenters(output, { ...size, top: 1000 });
    const few = decodeCenters(output, { ...size, top: 3 });
    expect(few).toEqual(all.map((own) => own.slice(0, 3)));
    for (const own of all) expect(own).toEqual(own.toSorted((a, b) => b.score - a.score));
    const sure = decodeCenters(output, { ...size, top: 1000, threshold: 0.9 });
    expect(sure).toEqual(all.map((own) => own.filter(({ score }) => score >= 0.9)));
  });

  it("refuses outputs of another length, and numbers that are none", () => {
    expect(() => decodeCenters(output.slice(1), size)).toThrow("output: expected rows of 180 numbers");
    expect(() => decodeCenters(output.with(3, Number.NaN), size)).toThrow(
      "output[3]: expected a finite number",
    );
  });
});

describe("centerLoss", () => {
  const [height, width, classes] = [16, 16, 2];
  const shape: [number, number, number, number] = [2, 4, 4, 6];
  const drawn = (...images: LabelledBox[][]): np.Array =>
    floats(
      images.flatMap((boxes) => [...centerTargets(boxes, { height, width, classes })]),
      [images.length, 4, 4, 7],
    );
  const boxes = [box(0, 1, 2, 9, 8), box(1, 6, 6, 15, 14)];

  it("has the value of its formula", () => {
    const x = waves(192);
    const targets = Array.from(drawn(boxes, []).dataSync());
    const expected = [0, 1].map((image) => {
      let [sum, centers] = [0, 0];
      for (let cell = 16 * image; cell < 16 * image + 16; cell++) {
        const [f, y] = [x.slice(6 * cell, 6 * cell + 6), targets.slice(7 * cell, 7 * cell + 7)];
        for (let k = 0; k < 2; k++) {
          const p = 1 / (1 + Math.exp(-f[k]));
          sum += y[k] === 1 ? -((1 - p) ** 2) * Math.log(p) : -((1 - y[k]) ** 4) * p ** 2 * Math.log(1 - p);
        }
        centers += y[6];
        for (let k = 2; k < 6; k++) sum += y[6] * (k < 4 ? 0.3 : 2) * Math.abs(f[k] - y[k]);
      }
      return sum / Math.max(1, centers);
    });
    const found = centerLoss(floats(x, shape), drawn(boxes, []), {
      sizeWeight: 0.3,
      offsetWeight: 2,
    }).dataSync();
    [0, 1].forEach((image) => {
      expect(found[image]).toBeCloseTo(expected[image], 4);
    });
  });

  it("has finite gradients on an empty canvas, and for logits however large", () => {
    const run = compiledValueAndGrad((output: np.Array, targets: np.Array) =>
      centerLoss(output, targets).sum(),
    );
    for (const size of [1, 1e4]) {
      const x = waves(192).map((value) => size * value);
      for (const targets of [drawn([], []), drawn(boxes, [])]) {
        const [value, gradient] = run(floats(x, shape), targets);
        expect(Number.isFinite(value.item())).toBe(true);
        const slopes = gradient.dataSync();
        expect(slopes.every(Number.isFinite)).toBe(true);
        expect(slopes.some((slope) => slope !== 0)).toBe(true);
      }
    }
    run.dispose();
  });

  it("has the slopes of finite differences", () => {
    const run = compiledValueAndGrad((output: np.Array, targets: np.Array) =>
      centerLoss(output, targets).sum(),
    );
    const x = waves(192);
    const [, gradient] = run(floats(x, shape), drawn(boxes, boxes.slice(1)));
    const slopes = gradient.dataSync();
    const valueAt = (values: number[]): number => {
      const [value, unused] = run(floats(values, shape), drawn(boxes, boxes.slice(1)));
      unused.dispose();
      return value.item();
    };
    for (let i = 0; i < 192; i += 7) {
      const h = 1e-2;
      const slope = (valueAt(x.with(i, x[i] + h)) - valueAt(x.with(i, x[i] - h))) / (2 * h);
      expect(Math.abs(slope - slopes[i])).toBeLessThan(2e-2 * (1 + Math.abs(slope)));
    }
    run.dispose();
  });

  it("looks at sizes and places where a centre lies alone", () => {
    const x = waves(192);
    const base = Array.from(centerLoss(floats(x, shape), drawn(boxes, [])).dataSync());
    const changed = x.map((value, i) => (i >= 96 && i % 6 >= 2 ? value + 5 : value));
    const [, empty] = centerLoss(floats(changed, shape), drawn(boxes, [])).dataSync();
    expect(empty).toBeCloseTo(base[1], 6);
  });

  it("leaves images of weight 0 out whatever they hold, and leaks nothing", () => {
    const x = waves(192).map((value, i) => (i < 96 ? Number.NaN : value));
    const [none, one] = centerLoss(floats(x, shape), drawn(boxes, boxes), {
      weights: np.array([0, 1]),
    }).dataSync();
    expect([none, one > 0]).toEqual([0, true]);
    const [output, targets] = [floats(waves(192), shape), drawn(boxes, [])];
    const run = () => centerLoss(output.ref, targets.ref, { weights: np.array([1, 2]) }).dataSync();
    expect(leakOf(run)).toBe(0);
    expect([output.refCount, targets.refCount]).toEqual([1, 1]);
  });

  it("refuses targets of other classes, and weights below 0", () => {
    expect(() => centerLoss(np.zeros(shape), np.zeros([2, 4, 4, 8]))).toThrow(
      "targets: expected shape [2, 4, 4, 7]",
    );
    expect(() => centerLoss(np.zeros(shape), np.zeros([2, 4, 4, 7]), { sizeWeight: -1 })).toThrow(
      "sizeWeight",
    );
    expect(() => centerLoss(np.zeros([2, 4, 4, 4]), np.zeros([2, 4, 4, 5]))).toThrow(
      "output: expected at least 5",
    );
  });
});
