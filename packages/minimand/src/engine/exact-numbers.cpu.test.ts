import { jit, numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "./compile.ts";
import { compiledValueAndGrad } from "./differentiate.ts";
import { softmax } from "./numerics.ts";

const numbers = [1, -2, 5, 0.3];
const x = (): np.Array => np.array(Float64Array.from(numbers));
const one = <T>(f: T) => compileWithJit(f as never) as unknown as T & { dispose(): void };
const values = (array: np.Array): number[] => Array.from(array.dataSync());

describe("a compiled program of float64", () => {
  it("keeps all digits of numbers in its body", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 1e-30, max: 1e30 }), fc.boolean(), (size, negative) => {
        const c = negative ? -size : size;
        const f = one((a: np.Array): np.Array[] => [a.ref.mul(c), a.ref.sub(c), a.div(c * c + 3)]);
        const [product, difference, ratio] = f(x()).map(values);
        expect(product).toEqual(numbers.map((v) => v * c));
        expect(difference).toEqual(numbers.map((v) => v - c));
        const reciprocal = 1 / (c * c + 3);
        expect(ratio).toEqual(numbers.map((v) => v * reciprocal));
        f.dispose();
      }),
      { numRuns: 20 },
    );
  });

  it("keeps all digits of numbers among its arguments, whatever they stand in", () => {
    const f = one((a: np.Array, { scales }: { scales: np.Array[] }) => a.mul(scales[0]).add(scales[1]));
    expect(values(f(x(), { scales: [0.1, 0.7] as never }))).toEqual(numbers.map((v) => v * 0.1 + 0.7));
    expect(values(f(x(), { scales: [0.3, 0.2] as never }))).toEqual(numbers.map((v) => v * 0.3 + 0.2));
    f.dispose();
  });

  it("keeps them in gradients, where a number is used on the way there and back", () => {
    const run = compiledValueAndGrad((a: np.Array) => np.square(a.div(3).add(0.1)).mean().mul(0.7));
    const [value, gradient] = run(x());
    const inside = numbers.map((v) => v / 3 + 0.1);
    const mean = inside.reduce((sum, v) => sum + v * v, 0) / 4;
    expect(value.item() / (0.7 * mean) - 1).toBeCloseTo(0, 14);
    values(gradient).forEach((g, i) => {
      expect(g / ((0.7 * inside[i]) / 6) - 1).toBeCloseTo(0, 14);
    });
    run.dispose();
  });

  it("leaves an array of its surroundings as it was", () => {
    const c = np.array(0.1);
    const f = one((a: np.Array) => a.mul(c.ref));
    expect(values(f(x()))).toEqual(numbers.map((v) => v * 0.1));
    expect(c.dataSync()).toEqual(Float32Array.of(0.1));
    f.dispose();
  });
});

describe("programs of float32", () => {
  const f = (a: np.Array, key: np.Array): np.Array =>
    softmax(
      a
        .mul(0.1)
        .mul(0.3)
        .add(0.7)
        .div(3)
        .add(random.normal(key, [4])),
    ).mul(Math.PI);
  const a = (): np.Array => np.array(Float32Array.from(numbers));

  it("have the bits that they have under the engine's own jit, also after one of float64 with the same functions", () => {
    const wide = one((b: np.Array, key: np.Array) => f(b, key));
    wide(x(), random.key(1)).dispose();
    const plain = jit(f);
    const ours = one(f);
    expect(ours(a(), random.key(2)).dataSync()).toEqual(plain(a(), random.key(2)).dataSync());
    for (const program of [wide, plain, ours]) program.dispose();
  });
});
