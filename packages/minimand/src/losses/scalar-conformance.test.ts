import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { itIsALossOfExamples } from "./example-loss.fixture.ts";
import { largeMargin } from "./large-margins.fixture.ts";
import { closeTo, numbers as values } from "./numbers.fixture.ts";
import { scalarLosses } from "./scalar-conformance.ts";

const flat = [0.3, -2.1, 1.7, 4.2, -0.6, 2.4];
const batch = flat.length;
const scores = () => np.array(new Float32Array(flat));
const ids = () => np.array(new Int32Array([1, 0, 1, 0, 1, 1]));
const numbers = () => np.array(new Float32Array([0.1, -1.2, 3.3, 0.4, -0.9, 2.9]));
const positive = () => np.abs(numbers());
const close = closeTo(2e-5);

describe.each(scalarLosses.map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, parameters, target, mayOverflow }) => {
    const targets = { label: ids, number: numbers, positive }[target];
    const first = target === "label" ? "scores" : "predictions";
    const second = target === "label" ? "labels" : "targets";
    const meanGrad = () => grad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());

    const wanted = [1, 0, 1, 0, 1, 1];
    const far = flat.map((_, i) => {
      const margin = largeMargin(i);
      return target === "label" ? (wanted[i] === 1 ? margin : -margin) : targets().dataSync()[i] + margin;
    });

    itIsALossOfExamples({ name, loss, parameters, first: scores, second: targets, far });

    it("never gives NaN at +-1e4", () => {
      for (const scale of [1e4, -1e4]) {
        const extreme = () => np.array(Float32Array.from(flat, (v) => v * 1e-5 + (v > 0 ? scale : -scale)));
        const v = values(loss(extreme(), targets(), {}));
        expect(v.some(Number.isNaN)).toBe(false);
        if (!mayOverflow) expect(v.every(Number.isFinite)).toBe(true);
        expect(values(jit(meanGrad())(extreme(), targets())).every(Number.isFinite)).toBe(true);
      }
    });

    it("refuses bad targets, shapes, weights and NaN with a TypeError or RangeError", () => {
      const f = scores();
      expect(() => loss(np.array(new Int32Array(batch)), targets(), {})).toThrow(TypeError);
      expect(() => loss(np.zeros([2, 3]), targets(), {})).toThrow(new RegExp(first));
      expect(() => loss(f.ref, np.array([1, 2]), {})).toThrow(new RegExp(second));
      expect(() => loss(f.ref, targets(), { weights: np.array([1, 2]) })).toThrow(/weights/);
      expect(() => loss(f.ref, targets(), { weights: np.array([1, 2, 3, 4, 5, -1]) })).toThrow(
        /weights: expected non-negative numbers, got -1/,
      );
      expect(() => loss(np.array([1, 2, Number.NaN, 3, 4, 5]), targets(), {})).toThrow(
        new RegExp(`${first}: expected numbers, got NaN`),
      );
      if (target === "label")
        expect(() => loss(f.ref, np.array(new Int32Array([0, 1, 2, 0, 0, 0])), {})).toThrow(
          /labels: expected class ids from 0 to 1, got 2/,
        );
      else
        expect(() => loss(f.ref, np.array([1, 2, Number.NaN, 3, 4, 5]), {})).toThrow(
          /targets: expected numbers, got NaN/,
        );
      f.dispose();
    });
  },
);

describe.each(scalarLosses.filter((c) => c.target === "label").map((c) => [c.name, c] as const))(
  "%s",
  (_, { loss }) => {
    it("takes distributions: the expectation of the loss over the label", () => {
      const positive = [0.7, 0, 1, 0.5, 0.25, 0.9];
      const q = () => np.array(Float32Array.from(positive.flatMap((p) => [1 - p, p])), { shape: [batch, 2] });
      const at = (label: number) => values(loss(scores(), np.array(new Int32Array(batch).fill(label)), {}));
      const [zero, one] = [at(0), at(1)];
      close(
        values(loss(scores(), q(), {})),
        positive.map((p, i) => p * one[i] + (1 - p) * zero[i]),
      );
      const mean = grad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());
      close(values(jit(mean)(scores(), q())), values(mean(scores(), q())));
    });

    it("takes scores as [batch], as [batch, 1], or as two logits an example", () => {
      const expected = values(loss(scores(), ids(), {}));
      close(values(loss(scores().reshape([batch, 1]), ids(), {})), expected);
      const two = () =>
        np.array(Float32Array.from(flat.flatMap((v, i) => [i, i + v])), { shape: [batch, 2] });
      close(values(loss(two(), ids(), {})), expected);
      const g = values(jit(grad((f: np.Array) => loss(f, ids(), {}).mean()))(two()));
      const single = values(jit(grad((f: np.Array) => loss(f, ids(), {}).mean()))(scores()));
      close(
        g,
        single.flatMap((v) => [-v, v]),
      );
    });
  },
);
