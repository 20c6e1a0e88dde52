import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { conformingLosses } from "./conformance.ts";
import { itIsALossOfExamples } from "./example-loss.fixture.ts";
import { largeMargin } from "./large-margins.fixture.ts";
import { closeTo, numbers as values } from "./numbers.fixture.ts";

const batch = 6;
const classes = 4;
const ids = () => np.array(new Int32Array([0, 3, 1, 2, 2, 0]));
const flat = Array.from({ length: batch * classes }, (_, i) => Math.sin(3 * i + 1) * 2.5);
const logits = () => np.array(new Float32Array(flat), { shape: [batch, classes] });
const distributions = () => {
  const q = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++)
    q.set(
      [
        [1, 0, 0, 0],
        [0.25, 0.25, 0.25, 0.25],
        [0, 0.5, 0.5, 0],
      ][i % 3],
      i * classes,
    );
  return np.array(q, { shape: [batch, classes] });
};
const oneHot = () => {
  const y = [0, 3, 1, 2, 2, 0];
  return np.array(
    Float32Array.from({ length: batch * classes }, (_, i) =>
      y[Math.floor(i / classes)] === i % classes ? 1 : 0,
    ),
    {
      shape: [batch, classes],
    },
  );
};
/** The label's class is ahead of the others, or behind them, by a large margin. */
const farLogits = [0, 3, 1, 2, 2, 0].flatMap((y, i) =>
  Array.from({ length: classes }, (_, k) => (k === y ? largeMargin(i) : -0.25 * ((k + 2 * i) % 4))),
);
const close = closeTo(2e-5);

describe.each(conformingLosses.map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, parameters, idsOnly, mayOverflow, notShiftInvariant, notMonotone }) => {
    const meanGrad = () => grad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());

    itIsALossOfExamples({ name, loss, parameters, first: logits, second: ids, far: farLogits });

    if (!notMonotone)
      it("falls as the margin of the label grows", () => {
        const scores = [-300, -60, -20, 20, 60, 300].flatMap((margin) => [margin, 0, -0.25, -0.5]);
        const far = np.array(Float32Array.from(scores), { shape: [batch, classes] });
        const falling = values(loss(far, np.zeros([batch], { dtype: np.int32 }), {}));
        expect(falling[0]).toBeGreaterThan(falling[5]);
        expect(falling.filter((v, i) => v > falling[i - 1] + 1e-6 * Math.abs(v))).toEqual([]);
      });

    it("never gives NaN at logits of +-1e4", () => {
      const gradient = jit(meanGrad());
      for (const scale of [1e4, -1e4]) {
        const extreme = () =>
          np.array(
            Float32Array.from(flat, (v) => (v > 0 ? scale : -scale)),
            { shape: [batch, classes] },
          );
        const v = values(loss(extreme(), ids(), {}));
        const g = values(gradient(extreme(), ids()));
        expect(v.some(Number.isNaN)).toBe(false);
        expect(g.every(Number.isFinite)).toBe(true);
        if (!mayOverflow) expect(v.every(Number.isFinite)).toBe(true);
      }
    });

    if (!notShiftInvariant) {
      it("does not change when a constant is added to all logits of an example", () => {
        close(values(loss(logits().add(3), ids(), {})), values(loss(logits(), ids(), {})), 1e-4);
      });
    }

    it(
      idsOnly
        ? "refuses distributions with a TypeError"
        : "takes distributions: the expectation of the loss over the label",
      () => {
        if (idsOnly) {
          expect(() => loss(logits(), distributions(), {})).toThrow(TypeError);
          return;
        }
        close(values(loss(logits(), oneHot(), {})), values(loss(logits(), ids(), {})));
        const perClass = Array.from({ length: classes }, (_, k) =>
          values(loss(logits(), np.array(new Int32Array(batch).fill(k)), {})),
        );
        const q = values(distributions());
        const expected = perClass[0].map((_, i) =>
          perClass.reduce((s, v, k) => s + q[i * classes + k] * v[i], 0),
        );
        close(values(loss(logits(), distributions(), {})), expected);
        const g = values(jit(meanGrad())(logits(), distributions()));
        expect(g.every(Number.isFinite)).toBe(true);
      },
    );

    it("refuses bad labels, shapes and NaN with a TypeError or RangeError", () => {
      const f = logits();
      expect(() => loss(f.ref, np.array(new Int32Array([0, 4, 1, 2, 2, 0])), {})).toThrow(
        /labels: expected class ids from 0 to 3, got 4/,
      );
      expect(() => loss(f.ref, np.array(new Int32Array([0, -1, 1, 2, 2, 0])), {})).toThrow(RangeError);
      expect(() => loss(f.ref, np.array(new Float32Array(batch)), {})).toThrow(/labels/);
      expect(() => loss(f.ref, np.array(new Int32Array(batch + 1)), {})).toThrow(RangeError);
      expect(() => loss(np.array(new Float32Array(8)), ids(), {})).toThrow(/logits/i);
      expect(() => loss(np.array(new Int32Array(24), { shape: [batch, classes] }), ids(), {})).toThrow(
        TypeError,
      );
      expect(() => loss(f.ref, ids(), { weights: np.array([1, 2]) })).toThrow(/weights/);
      const nan = Float32Array.from(flat);
      nan[3] = Number.NaN;
      expect(() => loss(np.array(nan, { shape: [batch, classes] }), ids(), {})).toThrow(
        /logits: expected numbers, got NaN/i,
      );
      f.dispose();
    });
  },
);
