import { grad, jit, numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { expectAsInFloat64 } from "./large-margins.fixture.ts";
import { closeTo, numbers } from "./numbers.fixture.ts";
import { expectParametersAsInputs, type Given, type ParameterValues } from "./parameters.fixture.ts";
import type { LossOptions } from "./per-example.ts";

/** A loss of one value an example, as all suites of such losses call it, and what it is called with, made anew each time. */
export interface ExampleLoss {
  name: string;
  loss: (first: np.Array, second: np.Array, options: LossOptions, given?: Given) => np.Array;
  /** Its parameters, with a value of each. */
  parameters: ParameterValues;
  /** Scores of a few examples, float32. */
  first: () => np.Array;
  /** Labels, targets, or other scores. */
  second: () => np.Array;
  /** Scores of the same shape with the margins of `large-margins.fixture.ts`. */
  far: readonly number[];
}

const close = closeTo(2e-5);

/** That a loss refuses an option that is none, naming itself, and has nothing against what an objective hands to all. */
export function itRefusesUnknownOptions(name: string, loss: (options: object) => np.Array): void {
  it("refuses an option that is none, but not what objectives hand to every loss", () => {
    const refused = new RegExp(
      `^${name.split(",")[0]}: expected only the options .*weights, got "nonsense"$`,
    );
    expect(() => loss({ nonsense: 1 })).toThrow(refused);
    expect(() => loss({ key: undefined, hyper: {}, nonsense: 1 })).toThrow(refused);
    expect(loss({ key: undefined, hyper: {} }).dtype).toBe(np.float32);
  });
}

/** What all losses of one value an example promise, whatever they compare. */
export function itIsALossOfExamples({ name, loss, parameters, first, second, far }: ExampleLoss): void {
  const { shape } = first();
  const batch = shape[0];
  const compiled = jit((f: np.Array, y: np.Array) => loss(f, y, {}));
  const gradient = grad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());
  const compiledGradient = jit(gradient);

  itRefusesUnknownOptions(name, (options) => loss(first(), second(), options));

  it("returns one float32 value per example", () => {
    const out = loss(first(), second(), {});
    expect([out.shape, out.dtype]).toEqual([[batch], np.float32]);
    expect(numbers(out).every(Number.isFinite)).toBe(true);
  });

  it("has the same value and gradient in a user's own jit(grad(mean)) as eagerly", () => {
    close(numbers(compiled(first(), second())), numbers(loss(first(), second(), {})));
    const eager = numbers(gradient(first(), second()));
    expect(eager.some((g) => g !== 0)).toBe(true);
    close(numbers(compiledGradient(first(), second())), eager);
  });

  it("has values and gradients of float64 at margins of 20, 60 and 300", () => {
    const exact = (f: np.Array, y: np.Array) => loss(f, y, {});
    expectAsInFloat64(exact, { values: compiled, gradient: compiledGradient }, far, shape, second);
  });

  if (Object.keys(parameters).length > 0)
    it("takes its parameters as inputs of a program, with the values of numbers", () => {
      expectParametersAsInputs((f, given) => loss(f, second(), {}, given), first, parameters);
    });

  it("multiplies by weights and leaves rows of weight 0 out, whatever they hold", () => {
    const w = Array.from({ length: batch }, (_, i) => [1, 0, 2, 0.5, 1, 0][i % 6]);
    const width = shape.length === 1 ? 1 : shape[1];
    const bad = (x: np.Array): np.Array => {
      const { shape, dtype } = x;
      const wrong = dtype === np.int32 ? -1 : Number.NaN;
      const columns = shape[1] ?? 1;
      const values = numbers(x).map((v, i) => (w[Math.floor(i / columns)] === 0 ? wrong : v));
      return np.array(dtype === np.int32 ? Int32Array.from(values) : Float32Array.from(values), { shape });
    };
    const plain = numbers(loss(first(), second(), {}));
    const weighted = loss(bad(first()), bad(second()), { weights: np.array(w) });
    close(
      numbers(weighted),
      plain.map((v, i) => v * w[i]),
    );
    const run = jit(grad((f: np.Array, y: np.Array, v: np.Array) => loss(f, y, { weights: v }).mean()));
    close(
      numbers(run(bad(first()), bad(second()), np.array(w))),
      numbers(compiledGradient(first(), second())).map((g, i) => g * w[Math.floor(i / width)]),
    );
    const mask = np.array(w.map((v) => v > 0));
    close(
      numbers(loss(first(), second(), { weights: mask })),
      plain.map((v, i) => (w[i] > 0 ? v : 0)),
    );
  });

  it("leaves no array alive and consumes what it is given", () => {
    const [f, y, w] = [first(), second(), np.array(Array.from({ length: batch }, (_, i) => i / 2))];
    expect(leakOf(() => loss(f.ref, y.ref, {}).dataSync())).toBe(0);
    expect(leakOf(() => loss(f.ref, y.ref, { weights: w.ref }).dataSync())).toBe(0);
    expect(leakOf(() => compiledGradient(f.ref, y.ref).dataSync())).toBe(0);
    expect([f.refCount, y.refCount, w.refCount]).toEqual([1, 1, 1]);
  });
}
