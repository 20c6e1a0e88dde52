import { grad, jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itIsALossOfExamples } from "../example-loss.fixture.ts";
import { largeMargin } from "../large-margins.fixture.ts";
import { closeTo, numbers as values } from "../numbers.fixture.ts";
import { withParameters } from "../parameters.fixture.ts";
import { conformingPairLosses } from "./pair-conformance.ts";

const [batch, classes] = [5, 4];
const flat = (phase: number) =>
  Float32Array.from({ length: batch * classes }, (_, i) => Math.sin(3 * i + phase) * 2.5);
const array = (values: Float32Array<ArrayBuffer>) => np.array(values, { shape: [batch, classes] });
const student = () => array(flat(1));
const teacher = () => array(flat(2.2));
const close = closeTo(2e-5);

describe.each(conformingPairLosses.map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, shiftInvariant }) => {
    const meanGrad = () => grad((s: np.Array, t: np.Array) => loss(s, t, {}).mean());

    itIsALossOfExamples({
      name,
      loss: withParameters(loss, {}),
      parameters: { temperature: 3 },
      first: student,
      second: teacher,
      far: [...flat(1)].map((v, i) => v + (i % classes === 1 ? largeMargin(Math.floor(i / classes)) : 0)),
    });

    it("is > 0, and 0 with gradient 0 where the student is the teacher", () => {
      expect(values(loss(student(), teacher(), {})).every((v) => v > 0)).toBe(true);
      close(values(loss(student(), student(), {})), Array(batch).fill(0), 1e-5);
      close(values(meanGrad()(student(), student())), Array(batch * classes).fill(0), 1e-6);
    });

    it("is convex in the student's logits", () => {
      const number = fc.float({ min: -30, max: 30, noNaN: true });
      const row = fc.array(number, { minLength: classes, maxLength: classes });
      const at = (s: number[], t: number[]) => loss(np.array([s]), np.array([t]), {}).js()[0] as number;
      fc.assert(
        fc.property(row, row, row, (a, b, t) => {
          const middle = at(
            a.map((v, i) => (v + b[i]) / 2),
            t,
          );
          const ends = (at(a, t) + at(b, t)) / 2;
          expect(middle).toBeLessThanOrEqual(ends + 1e-3 + 1e-4 * Math.abs(ends));
        }),
        { numRuns: 60 },
      );
    });

    it(`is ${shiftInvariant ? "" : "not "}invariant to a constant added to the student's logits`, () => {
      const [plain, shifted] = [student(), student().add(1)].map((s) => values(loss(s, teacher(), {})));
      if (shiftInvariant) close(shifted, plain, 1e-4);
      else expect(shifted.every((v, i) => Math.abs(v - plain[i]) > 0.01)).toBe(true);
    });

    it("sends no gradient to the teacher", () => {
      const toTeacher = jit(grad((t: np.Array, s: np.Array) => loss(s, t, {}).mean()));
      expect(values(toTeacher(teacher(), student())).every((g) => g === 0)).toBe(true);
    });

    it("is finite, in value and gradient, at logits of +-1e4 that agree or not", () => {
      const extreme = (phase: number) => array(flat(phase).map((v) => (v > 0 ? 1e4 : -1e4)));
      for (const [s, t] of [
        [1, 1],
        [1, 2.2],
      ]) {
        expect(values(loss(extreme(s), extreme(t), {})).every((v) => Number.isFinite(v) && v >= 0)).toBe(
          true,
        );
        expect(values(jit(meanGrad())(extreme(s), extreme(t))).every(Number.isFinite)).toBe(true);
      }
    });

    it("refuses other shapes and dtypes, NaN and bad temperatures, naming the argument", () => {
      const nan = () => array(flat(1).fill(Number.NaN, 3, 4));
      const call = (s: np.Array, t: np.Array, temperature?: number) => () =>
        loss(s, t, temperature === undefined ? {} : { temperature });
      expect(call(student(), np.zeros([batch, classes + 1]))).toThrow(
        /^teacherLogits: expected shape \[5, 4\], got float32\[5, 5\]$/,
      );
      expect(call(student(), np.zeros([batch]))).toThrow(RangeError);
      expect(call(student(), np.zeros([batch, classes], { dtype: np.int32 }))).toThrow(TypeError);
      expect(call(np.zeros([batch, 1]), np.zeros([batch, 1]))).toThrow(
        /^studentLogits: expected at least 2 classes/,
      );
      expect(call(nan(), teacher())).toThrow(/^studentLogits: expected numbers, got NaN$/);
      expect(call(student(), nan())).toThrow(/^teacherLogits: expected numbers, got NaN$/);
      for (const temperature of [0, -1, Number.NaN, Infinity])
        expect(call(student(), teacher(), temperature)).toThrow(
          `temperature: expected a finite number > 0, got ${temperature}`,
        );
      expect(() => loss(student(), teacher(), { weights: np.array([1, -1, 1, 1, 1]) })).toThrow(/^weights/);
    });
  },
);
