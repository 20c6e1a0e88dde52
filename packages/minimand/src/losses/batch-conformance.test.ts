import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { conformingBatchLosses } from "./batch-conformance.ts";
import { itRefusesUnknownOptions } from "./example-loss.fixture.ts";
import { expectAsInFloat64, largeMargin } from "./large-margins.fixture.ts";
import { closeTo, numbers as values } from "./numbers.fixture.ts";
import { expectParametersAsInputs } from "./parameters.fixture.ts";

const batch = 8;

describe.each(conformingBatchLosses.map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, parameters, classes }) => {
    // Small logits: beyond |p - 1/2| of about 0.1 the amplified probabilities have no gradient in float32.
    const flat = Float32Array.from({ length: batch * classes }, (_, i) => Math.sin(3 * i + 1) * 0.2);
    const logits = (values = flat) => np.array(values.slice(), { shape: [batch, classes] });
    const classOf = [0, 1, 1, 0, 0, 0, 1, 0].map((y, i) => (classes > 2 && i === 5 ? 2 : y));
    const ids = (values = classOf) => np.array(Int32Array.from(values));
    const oneHot = () => {
      const q = new Float32Array(batch * classes);
      classOf.forEach((y, i) => {
        q[i * classes + y] = 1;
      });
      return np.array(q, { shape: [batch, classes] });
    };
    const gradient = grad((f: np.Array, y: np.Array) => loss(f, y, {}));
    // One compiled program each for the whole suite: compiling is what takes the time.
    const compiled = jit((f: np.Array, y: np.Array) => loss(f, y, {}));
    const compiledGradient = jit(gradient);
    const close = closeTo(2e-5);

    itRefusesUnknownOptions(name, (options) => loss(logits(), ids(), options));

    it("returns one finite float32 number for the whole batch", () => {
      const out = loss(logits(), ids(), {});
      expect(out.shape).toEqual([]);
      expect(out.dtype).toBe(np.float32);
      expect(Number.isFinite(out.item())).toBe(true);
    });

    it("has the same value and gradient in a user's own jit(grad) as eagerly", () => {
      close(values(compiled(logits(), ids())), values(loss(logits(), ids(), {})));
      const g = values(compiledGradient(logits(), ids()));
      close(g, values(gradient(logits(), ids())), 1e-4);
      expect(g.some((v) => Math.abs(v) > 1e-4)).toBe(true);
    });

    if (Object.keys(parameters).length > 0)
      it("takes its parameters as inputs of a program, with the values of numbers", () => {
        expectParametersAsInputs((f, given) => loss(f, ids(), {}, given), logits, parameters);
      });

    it("counts an example of weight 2 like two examples, whatever the scale of the others", () => {
      const twice = new Float32Array(flat.length + classes);
      twice.set(flat);
      twice.set(flat.slice(classes, 2 * classes), flat.length);
      const repeated = loss(
        np.array(twice, { shape: [batch + 1, classes] }),
        ids([...classOf, classOf[1]]),
        {},
      ).item();
      const w = classOf.map((_, i) => (i === 1 ? 2 : 1));
      expect(loss(logits(), ids(), { weights: np.array(w) }).item()).toBeCloseTo(repeated, 5);
    });

    it("leaves rows of weight 0 out, whatever they hold, with numbers and with booleans", () => {
      const rest = flat.slice(classes);
      const expected = loss(
        np.array(rest, { shape: [batch - 1, classes] }),
        ids(classOf.slice(1)),
        {},
      ).item();
      const bad = flat.slice();
      bad.fill(Number.NaN, 0, classes);
      const y = ids([classes + 7, ...classOf.slice(1)]);
      const keep = classOf.map((_, i) => i > 0);
      expect(loss(logits(bad), y.ref, { weights: np.array(keep) }).item()).toBeCloseTo(expected, 5);
      const run = jit(grad((f: np.Array, l: np.Array, w: np.Array) => loss(f, l, { weights: w })));
      const g = values(run(logits(bad), y, np.array(keep.map(Number))));
      expect(g.every(Number.isFinite)).toBe(true);
      expect(g.slice(0, classes).every((v) => v === 0)).toBe(true);
    });

    it("has the value and gradient of float64 at margins of 20, 60 and 300", () => {
      const far = classOf.flatMap((y, i) =>
        Array.from({ length: classes }, (_, k) => (k === y ? largeMargin(i) : -0.25 * k)),
      );
      const exact = (f: np.Array, y: np.Array) => loss(f, y, {});
      expectAsInFloat64(exact, { values: compiled, gradient: compiledGradient }, far, [batch, classes], ids);
    });

    it("never gives NaN where probabilities are saturated", () => {
      for (const scale of [20, 100, -1e4, 1e4]) {
        const extreme = flat.map((v) => (v > 0 ? scale : -scale));
        expect(Number.isFinite(compiled(logits(extreme), ids()).item())).toBe(true);
        expect(values(compiledGradient(logits(extreme), ids())).every(Number.isFinite)).toBe(true);
      }
    });

    it("is finite, with a finite gradient, for a batch of one class", () => {
      for (const only of [0, 1]) {
        for (const scale of [1, 1e4]) {
          const f = flat.map((v) => v * scale);
          const y = new Array<number>(batch).fill(only);
          expect(Number.isFinite(compiled(logits(f), ids(y)).item())).toBe(true);
          expect(values(compiledGradient(logits(f), ids(y))).every(Number.isFinite)).toBe(true);
        }
      }
    });

    it("takes distributions: one-hot rows are class ids", () => {
      close(values(loss(logits(), oneHot(), {})), values(loss(logits(), ids(), {})));
      close(values(compiledGradient(logits(), oneHot())), values(compiledGradient(logits(), ids())));
    });

    it("refuses bad labels, shapes and NaN with a TypeError or RangeError", () => {
      const f = logits();
      const wrong = [...classOf];
      wrong[1] = classes;
      expect(() => loss(f.ref, ids(wrong), {})).toThrow(
        `labels: expected class ids from 0 to ${classes - 1}, got ${classes}`,
      );
      wrong[1] = -1;
      expect(() => loss(f.ref, ids(wrong), {})).toThrow(RangeError);
      expect(() => loss(f.ref, np.array(new Float32Array(batch)), {})).toThrow(/labels/);
      expect(() => loss(f.ref, ids([0, 1]), {})).toThrow(RangeError);
      expect(() => loss(np.array(new Int32Array(batch * 2), { shape: [batch, 2] }), ids(), {})).toThrow(
        TypeError,
      );
      expect(() => loss(f.ref, ids(), { weights: np.array([1, 2]) })).toThrow(/weights/);
      expect(() => loss(f.ref, ids(), { weights: np.array(classOf.map((y) => -y)) })).toThrow(RangeError);
      const nan = flat.slice();
      nan[3] = Number.NaN;
      expect(() => loss(logits(nan), ids(), {})).toThrow(/logits: expected numbers, got NaN/);
      f.dispose();
    });

    it("leaves no array alive and consumes what it is given", () => {
      const f = logits();
      const y = ids();
      const w = np.array(classOf.map((c, i) => 1 + c + i));
      expect(leakOf(() => loss(f.ref, y.ref, {}).dataSync())).toBe(0);
      expect(leakOf(() => loss(f.ref, y.ref, { weights: w.ref }).dataSync())).toBe(0);
      expect(leakOf(() => compiledGradient(f.ref, y.ref).dataSync())).toBe(0);
      expect([f.refCount, y.refCount, w.refCount]).toEqual([1, 1, 1]);
    });
  },
);
