import { grad, jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { closeTo, numbers } from "../numbers.fixture.ts";
import { expectParametersAsInputs } from "../parameters.fixture.ts";
import { conformingDependences } from "./dependence-conformance.ts";

const rows = 7;
const close = closeTo(3e-5);

describe.each(conformingDependences.map((c) => [c.name, c] as const))(
  "%s",
  (_, { name, loss, parameters, widths, names, unpaired, rowByRow }) => {
    const valuesOf = (width: number, sample: number, count = rows): number[] =>
      Array.from({ length: count * width }, (_, i) => Math.sin(3 * i + 1 + 2 * sample) * 1.1);
    const array = (values: readonly number[], width: number): np.Array =>
      np.array(Float32Array.from(values), { shape: [values.length / width, width] });
    /** All samples, with something done to the rows of each. */
    const samples = (change: (values: number[], width: number) => number[] = (v) => v): np.Array[] =>
      widths.map((width, k) => array(change(valuesOf(width, k), width), width));
    const value = (weights?: np.Array, given = samples()): number => loss(given, { weights }).item();
    const gradient = grad((all: np.Array[]) => loss(all, {}));
    const compiled = jit((all: np.Array[]) => loss(all, {}));
    const compiledGradient = jit(gradient);

    it("refuses an option that is none", () => {
      const wrong = () => loss(samples(), { nonsense: 1 } as object);
      expect(wrong).toThrow(new RegExp(`^${name.split(",")[0]}: expected only the options .*"nonsense"`));
    });

    it("returns one finite float32 number for the whole batch", () => {
      const out = loss(samples(), {});
      expect([out.shape, out.dtype]).toEqual([[], np.float32]);
      expect(Number.isFinite(out.item())).toBe(true);
    });

    it("has the same value and gradients in a user's own jit(grad) as eagerly", () => {
      close([compiled(samples()).item()], [value()]);
      const eager = gradient(samples()).map(numbers);
      compiledGradient(samples()).forEach((g: np.Array, k: number) => {
        close(numbers(g), eager[k]);
      });
      expect(eager.at(-1)!.some((g) => Math.abs(g) > 1e-4)).toBe(true);
    });

    if (Object.keys(parameters).length > 0)
      it("takes its parameters as inputs of a program, with the values of numbers", () => {
        const others = () => samples().slice(0, -1);
        const last = () => samples().at(-1)!;
        expectParametersAsInputs((x, given) => loss([...others(), x], {}, given), last, parameters);
      });

    it("counts a row of weight 2 like two rows", () => {
      const twice = samples((values, width) => [...values, ...values.slice(width, 2 * width)]);
      const weights = np.array([1, 2, 1, 1, 1, 1, 1]);
      close([value(weights)], [value(undefined, twice)]);
    });

    it("leaves rows of weight 0 out, whatever they hold, with numbers and with booleans", () => {
      const fewer = value(
        undefined,
        samples((values, width) => values.slice(2 * width)),
      );
      const bad = () =>
        samples((values, width) => values.map((v, i) => (i < 2 * width ? (i === 0 ? NaN : 1e30) : v)));
      const mask = Array.from({ length: rows }, (_, i) => i > 1);
      close([value(np.array(mask), bad())], [fewer]);
      close([value(np.array(mask.map(Number)), bad())], [fewer]);
      const run = jit(grad((all: np.Array[], weights: np.Array) => loss(all, { weights })));
      run(bad(), np.array(mask.map(Number))).forEach((g: np.Array, k: number) => {
        const found = numbers(g);
        expect(found.every(Number.isFinite)).toBe(true);
        expect(found.slice(0, 2 * widths[k]).every((v) => v === 0)).toBe(true);
      });
    });

    it("doesn't depend on the order of the rows", () => {
      const turned = samples((values, width) => [...values.slice(3 * width), ...values.slice(0, 3 * width)]);
      close([value(undefined, turned)], [value()]);
    });

    it("is finite, with finite gradients, where rows are very far apart or all the same", () => {
      for (const change of [
        (v: number) => v * 1e4,
        (v: number) => v * 1e-6,
        () => 0.5,
        (_: number, i: number) => (i === 0 ? 1e4 : 0),
      ]) {
        const all = () => samples((values) => values.map(change));
        if (!rowByRow) expect(Number.isFinite(compiled(all()).item())).toBe(true);
        for (const g of compiledGradient(all())) expect(numbers(g).every(Number.isFinite)).toBe(true);
      }
    });

    it("refuses one-dimensional arrays, integers, a single row, NaN, and weights below 0", () => {
      const given = samples();
      const [first] = names;
      const replaced = (index: number, by: np.Array) =>
        given.map((sample, k) => (k === index ? by : sample.ref));
      names.forEach((argument, k) => {
        const flat = np.array(new Float32Array(rows));
        expect(() => loss(replaced(k, flat), {})).toThrow(
          `${argument}: expected a float array [batch, width], got float32[7]`,
        );
        const nan = array(valuesOf(widths[k], k).fill(Number.NaN, 1, 2), widths[k]);
        expect(() => loss(replaced(k, nan), {})).toThrow(`${argument}: expected numbers, got NaN`);
      });
      const whole = np.array(new Int32Array(rows * widths[0]), { shape: [rows, widths[0]] });
      expect(() => loss(replaced(0, whole), {})).toThrow(TypeError);
      const single = array(valuesOf(widths[0], 0, 1), widths[0]);
      expect(() => loss(replaced(0, single), {})).toThrow(`${first}: expected at least 2 rows`);
      expect(() => value(np.array([-1, 1, 1, 1, 1, 1, 1]))).toThrow(/eights: expected non-negative numbers/);
      expect(() => value(np.array([1, 1]))).toThrow(RangeError);
      for (const sample of given) sample.dispose();
    });

    for (const parameter of Object.keys(parameters))
      it(`refuses a bad ${parameter}`, () => {
        const wrong = { ...parameters, [parameter]: -0.1 };
        expect(() => loss(samples(), {}, wrong)).toThrow(`${parameter}: expected a finite number >`);
      });

    if (!rowByRow)
      it("refuses more than 4096 rows, with the bytes of a Gram matrix", () => {
        const many = widths.map((width) => np.zeros([5000, width]));
        expect(() => loss(many, {})).toThrow(
          /: expected at most 4096 rows, got 5000: one Gram matrix of float32 would take 100000000 bytes$/,
        );
      });

    if (!unpaired && widths.length > 1)
      it("refuses samples of different numbers of rows", () => {
        const given = samples();
        const [width] = widths.slice(-1);
        given[given.length - 1] = array(valuesOf(width, 1, rows - 1), width);
        expect(() => loss(given, {})).toThrow(
          `${names.at(-1)}: expected shape [7, ${width}], got float32[6,`,
        );
      });

    it("leaves no array alive and consumes what it is given", () => {
      const given = samples();
      const refs = () => given.map((sample) => sample.ref);
      const w = np.array(Array.from({ length: rows }, (_, i) => 1 + i));
      expect(leakOf(() => loss(refs(), {}).dataSync())).toBe(0);
      expect(leakOf(() => loss(refs(), { weights: w.ref }).dataSync())).toBe(0);
      expect(leakOf(() => compiledGradient(refs()).map((g: np.Array) => g.dataSync()))).toBe(0);
      expect([...given, w].map(({ refCount }) => refCount)).toEqual([...given, w].map(() => 1));
    });
  },
);
