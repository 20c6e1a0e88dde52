import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { itIsALossOfExamples } from "./example-loss.fixture.ts";
import { largeMargin } from "./large-margins.fixture.ts";
import { numbers as values } from "./numbers.fixture.ts";
import { vectorLosses } from "./vector-conformance.ts";

const batch = 6;

describe.each(vectorLosses.map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, first, outputs, target }) => {
    const flat = Array.from({ length: batch * outputs }, (_, i) => 2.5 * Math.sin(3 * i + 1));
    const scores = (x = flat) => np.array(Float32Array.from(x), { shape: [batch, outputs] });
    const shape = target === "number" ? [batch] : [batch, outputs];
    const size = target === "number" ? batch : batch * outputs;
    const wanted = Array.from({ length: size }, (_, i) =>
      target === "number" ? Math.cos(i) * 3 : [0, 1, 0.25, 1][i % 4],
    );
    const targets = (x = wanted) => np.array(Float32Array.from(x), { shape });
    const meanGrad = () => grad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());

    const far = flat.map((_, i) => (i % 2 === 0 ? 1 : -1) * largeMargin(Math.floor(i / outputs)) + (i % 3));

    itIsALossOfExamples({ name, loss, parameters: {}, first: scores, second: targets, far });

    it("is finite, with a finite gradient, at +-1e4", () => {
      for (const scale of [1e4, -1e4]) {
        const extreme = () => scores(flat.map((v) => (v > 0 ? scale : -scale)));
        expect(values(loss(extreme(), targets(), {})).every(Number.isFinite)).toBe(true);
        expect(values(jit(meanGrad())(extreme(), targets())).every(Number.isFinite)).toBe(true);
      }
    });

    it("refuses bad targets, shapes, weights and NaN with a TypeError or RangeError", () => {
      const f = scores();
      expect(() =>
        loss(np.array(new Int32Array(batch * outputs), { shape: [batch, outputs] }), targets(), {}),
      ).toThrow(TypeError);
      expect(() => loss(np.zeros([batch]), targets(), {})).toThrow(
        new RegExp(`^${first}: expected a float array`),
      );
      expect(() => loss(f.ref, np.zeros([2]), {})).toThrow(/^targets: expected shape/);
      expect(() => loss(f.ref, targets(), { weights: np.array([1, 2]) })).toThrow(/^weights/);
      expect(() => loss(f.ref, targets(), { weights: np.array([1, 2, 3, 4, 5, -1]) })).toThrow(
        "weights: expected non-negative numbers, got -1",
      );
      expect(() => loss(scores(flat.with(1, Number.NaN)), targets(), {})).toThrow(
        `${first}: expected numbers, got NaN`,
      );
      expect(() => loss(f.ref, targets(wanted.with(1, Number.NaN)), {})).toThrow(/^targets: .*got NaN$/);
      f.dispose();
    });
  },
);
