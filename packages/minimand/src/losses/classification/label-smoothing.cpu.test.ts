import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { crossEntropy } from "./cross-entropy.ts";
import { labelSmoothingCrossEntropy } from "./label-smoothing.ts";
import { multilabelBinaryCrossEntropy } from "./multilabel.ts";

const array = (values: number[], shape: number[]) => np.array(Float64Array.from(values), { shape });
const ids = () => np.array(new Int32Array([2, 0]));
const logits = [0.5, -1, 2, 3, 0.1, -4];
const f = () => array(logits, [2, 3]);
const close = (actual: np.Array, expected: number[]) =>
  [...actual.dataSync()].forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i], 12);
  });

describe("labelSmoothingCrossEntropy", () => {
  it("follows section 7 of Szegedy et al.: cross-entropy to (1 - e) onehot + e / K", () => {
    const expected = [0, 1].map((row) => {
      const own = logits.slice(3 * row, 3 * row + 3);
      const total = own.reduce((s, v) => s + Math.exp(v), 0);
      const q = own.map((_, k) => (1 - 0.3) * Number(k === [2, 0][row]) + 0.3 / 3);
      return -own.reduce((s, v, k) => s + q[k] * Math.log(Math.exp(v) / total), 0);
    });
    close(labelSmoothingCrossEntropy(f(), ids(), { smoothing: 0.3 }), expected);
  });

  it("is cross-entropy where nothing is smoothed, and cross-entropy to smoothed labels elsewhere", () => {
    close(labelSmoothingCrossEntropy(f(), ids(), { smoothing: 0 }), [...crossEntropy(f(), ids()).dataSync()]);
    const smoothed = array([0.05, 0.05, 0.9, 0.9, 0.05, 0.05], [2, 3]);
    close(labelSmoothingCrossEntropy(f(), ids(), { smoothing: 0.15 }), [
      ...crossEntropy(f(), smoothed).dataSync(),
    ]);
  });

  it("is smallest where the probabilities are the smoothed label, at its entropy", () => {
    const q = [0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3];
    const entropy = -q.reduce((s, p) => s + p * Math.log(p), 0);
    const best = array(q.map(Math.log), [1, 3]);
    close(labelSmoothingCrossEntropy(best, np.array(new Int32Array([0]))), [entropy]);
  });

  it("refuses a smoothing outside of [0, 1]", () => {
    for (const smoothing of [-0.1, 1.1, Number.NaN])
      expect(() => labelSmoothingCrossEntropy(f(), ids(), { smoothing })).toThrow(
        `smoothing: expected a finite number >= 0 and <= 1, got ${smoothing}`,
      );
  });
});

describe("multilabelBinaryCrossEntropy", () => {
  const y = [1, 0, 1, 0, 0.25, 1];
  const byHand = (weights = [1, 1, 1]) =>
    [0, 1].map(
      (row) =>
        [0, 1, 2].reduce((s, k) => {
          const [z, t] = [logits[3 * row + k], y[3 * row + k]];
          const p = 1 / (1 + Math.exp(-z));
          return s - weights[k] * t * Math.log(p) - (1 - t) * Math.log(1 - p);
        }, 0) / 3,
    );

  it("is the mean of the labels' own cross-entropies, positives weighted", () => {
    close(multilabelBinaryCrossEntropy(f(), array(y, [2, 3])), byHand());
    const positiveWeights = array([2, 0.5, 4], [3]);
    close(multilabelBinaryCrossEntropy(f(), array(y, [2, 3]), { positiveWeights }), byHand([2, 0.5, 4]));
  });

  it("takes booleans and integers as targets", () => {
    const zeroOne = [1, 0, 1, 0, 0, 1];
    const expected = [...multilabelBinaryCrossEntropy(f(), array(zeroOne, [2, 3])).dataSync()];
    const integers = np.array(Int32Array.from(zeroOne), { shape: [2, 3] });
    close(multilabelBinaryCrossEntropy(f(), integers.ref.equal(1)), expected);
    close(multilabelBinaryCrossEntropy(f(), integers), expected);
  });

  it("refuses targets outside of [0, 1] and weights of another length", () => {
    expect(() => multilabelBinaryCrossEntropy(f(), array([...y.slice(0, 5), 1.5], [2, 3]))).toThrow(
      "targets: expected numbers from 0 to 1, got 1.5",
    );
    expect(() =>
      multilabelBinaryCrossEntropy(f(), array(y, [2, 3]), { positiveWeights: array([1], [1]) }),
    ).toThrow("positiveWeights: expected shape [3], got float64[1]");
    expect(() => multilabelBinaryCrossEntropy(f(), np.zeros([2, 3], { dtype: np.uint32 }))).toThrow(
      TypeError,
    );
  });
});
