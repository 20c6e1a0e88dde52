import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as kappa from "./index.ts";
import type { Kappa } from "./kappa.ts";
import { dot, kappas, matrix } from "./kappas.fixture.ts";

/** No entry whose square is below the smallest normal float32: from there on norms count as 0. */
const entry = fc.double({ min: -3, max: 3, noNaN: true }).map((v) => (Math.abs(v) < 1e-18 ? 0 : v));
const point = fc.array(entry, { minLength: 6, maxLength: 6 });
const numbers = (a: np.Array): number[] => (a.reshape([-1]) as np.Array).js() as number[];
const runs = { numRuns: 5 };

describe.each(kappas.map((k) => [k.name, k] as const))("%s", (_, k) => {
  it("meets the equality of Fenchel and Young at its own gradient, which lies in the domain", () =>
    fc.assert(
      fc.property(point, (values) => {
        const z = matrix(values);
        const gradient = k.grad(z.ref);
        const value = k.value(z.ref).item();
        const conjugate = k.conj(gradient.ref).item();
        expect(value + conjugate).toBeCloseTo(dot(gradient.ref, z), 6);
        expect(k.violation(gradient).item()).toBeLessThan(1e-9);
      }),
      runs,
    ));

  it("keeps the inequality K*(y) >= y . z - K(z) elsewhere, and its gradient is monotone", () =>
    fc.assert(
      fc.property(point, point, (a, b) => {
        const [za, zb] = [matrix(a), matrix(b)];
        const [ga, gb] = [k.grad(za.ref), k.grad(zb.ref)];
        const least = dot(ga.ref, zb.ref) - k.value(zb.ref).item();
        expect(k.conj(ga.ref).item()).toBeGreaterThan(least - 1e-7);
        expect(dot(ga.sub(gb), za.sub(zb))).toBeGreaterThan(-1e-7);
      }),
      runs,
    ));

  it("has a gradient that is the slope of K", () => {
    const [at, along] = [
      [0.9, -1.7, 0.3, 1.2, -0.4, 2.1],
      [0.3, 0.2, -0.5, 0.7, 0.1, -0.2],
    ];
    const h = 1e-6;
    const value = (t: number) => k.value(matrix(at.map((x, i) => x + t * along[i]))).item();
    const slope = (value(h) - value(-h)) / (2 * h);
    expect(dot(k.grad(matrix(at)), matrix(along))).toBeCloseTo(slope, 5);
  });

  it("knows a subgradient of its conjugate: K(p) + K*(y) = p . y", () => {
    const y = k.grad(matrix([0.9, -1.7, 0.3, 1.2, -0.4, 2.1]).mul(0.4));
    const p = k.conjGrad(y.ref);
    expect(k.value(p.ref).item() + k.conj(y.ref).item()).toBeCloseTo(dot(p, y), 6);
  });

  it("is even where it says so, and only there", () => {
    const at = [0.9, -1.7, 0.3, 1.2, -0.4, 2.1];
    const [there, back] = [matrix(at), matrix(at.map((x) => -x))];
    const same = Math.abs(k.value(there.ref).item() - k.value(back.ref).item()) < 1e-9;
    expect(same).toBe(k.even);
    const opposite = numbers(k.grad(there).add(k.grad(back))).every((x) => Math.abs(x) < 1e-9);
    expect(opposite).toBe(k.even);
  });

  it("is finite at 0 and far away, and K* is infinite outside of its domain", () => {
    for (const values of [Array(6).fill(0), [1e4, -1e4, 5, 0, 1, -2]]) {
      expect(Number.isFinite(k.value(matrix(values)).item())).toBe(true);
      for (const g of numbers(k.grad(matrix(values)))) expect(Number.isFinite(g)).toBe(true);
    }
    const far = matrix([-50, 40, -30, 60, 50, -10]);
    const outside = k.violation(far.ref).item();
    expect(outside).toBeGreaterThanOrEqual(0);
    expect(k.conj(far).item() === Infinity).toBe(outside > 0);
  });

  it("refuses NaN and integers", () => {
    expect(() => k.grad(matrix([1, 2, Number.NaN, 4, 5, 6]))).toThrow(RangeError);
    expect(() => k.value(matrix([1, 2, Number.NaN, 4, 5, 6]))).toThrow("expected numbers, got NaN");
    if (!k.name.includes("+")) expect(() => k.conj(np.array(Int32Array.from([1, 2])))).toThrow(TypeError);
  });
});

describe("limits and special cases of the kappas", () => {
  const z = [0.9, -1.7, 0.31, 1.2, -0.4, 2.1];
  const gradients = (k: Kappa) => numbers(k.grad(matrix(z)));
  const expectClose = (a: Kappa, b: Kappa, digits: number) => {
    const expected = gradients(b);
    gradients(a).forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i], digits);
    });
  };

  it("are Lion where a threshold goes to 0, p to 1, k to all, or groups are single entries", () => {
    for (const k of [
      kappa.huber(1e-6),
      kappa.deadzone(1e-6),
      kappa.relativistic(1e-6),
      kappa.logcosh(1e-6),
      kappa.lp(1 + 1e-9),
      kappa.topk(6),
      kappa.topk(100),
      kappa.group({ size: 1 }),
    ])
      expectClose(k, kappa.l1(), 6);
  });

  it("are the largest entry for k = 1, and the Euclidean norm for p = 2 or one group", () => {
    expectClose(kappa.topk(1), kappa.linf(), 12);
    expectClose(kappa.lp(2), kappa.l2(), 12);
    expectClose(kappa.group({ size: 6 }), kappa.l2(), 12);
    expectClose(kappa.groupMax({ size: 1 }), kappa.linf(), 12);
    expectClose(kappa.lpPower(2), kappa.l2squared(), 12);
  });

  it("are linear for a hyperbolic entropy with large b and a step to match", () => {
    const b = 1e5;
    expectClose(kappa.scaled(kappa.stretched(kappa.hypentropy(b), 1 / b), b), kappa.l2squared(), 8);
  });

  it("give the signs of a diagonal for the nuclear norm, 0 where it is 0", () => {
    const diagonal = np.array(Float64Array.from([2, 0, 0, 0, -0.3, 0, 0, 0, 0]), { shape: [3, 3] });
    expect(kappa.nuclear().grad(diagonal).js()).toEqual([
      [1, 0, 0],
      [0, -1, 0],
      [0, 0, 0],
    ]);
  });

  it("come near the polar factor by Newton-Schulz: singular values from 0.7 to 1.2", () => {
    const values = Array.from({ length: 48 }, (_, i) => Math.sin(3 * i * i + 1));
    for (const shape of [
      [6, 8],
      [8, 6],
    ]) {
      const near = kappa.newtonSchulz(np.array(Float64Array.from(values), { shape }));
      for (const s of np.linalg.svdvals(near).js() as number[]) {
        expect(s).toBeGreaterThan(0.6);
        expect(s).toBeLessThan(1.25);
      }
    }
  });

  it("take the first of equals, and move nothing where there is no momentum", () => {
    const ties = matrix([1, -2, 2, -2, 1, 0]);
    // + 0: the sign of zero doesn't matter.
    const plain = (a: np.Array) => numbers(a).map((x) => x + 0);
    expect(plain(kappa.linf().grad(ties.ref))).toEqual([0, -1, 0, 0, 0, 0]);
    expect(plain(kappa.topk(2).grad(ties))).toEqual([0, -1, 1, 0, 0, 0]);
    for (const k of kappas.filter(({ even }) => even))
      expect(numbers(k.grad(matrix(Array(6).fill(0)))).map(Math.abs)).toEqual(Array(6).fill(0));
  });

  it("go on as tangents where an exponential would overflow, and say how far outside that is", () => {
    const k = kappa.exp({ clip: 3 });
    const at = (x: number) => np.array(Float64Array.from([x]));
    expect(k.grad(at(100)).js()).toEqual(k.grad(at(3)).js());
    expect(k.value(at(5)).item()).toBeCloseTo(Math.exp(3) * 3, 9);
    expect(k.violation(at(2 * Math.exp(3))).item()).toBeCloseTo(1, 9);
    expect(k.violation(at(-0.5)).item()).toBe(0.5);
  });
});

describe("what kappas refuse", () => {
  it.each<[() => unknown, string]>([
    [() => kappa.lp(1), "p: expected a finite number > 1, got 1"],
    [() => kappa.lp(Number.NaN), "p: expected a finite number > 1, got NaN"],
    [() => kappa.huber(0), "e: expected a finite number > 0, got 0"],
    [() => kappa.topk(0), "k: expected an integer >= 1, got 0"],
    [() => kappa.topk({ fraction: 2 }), "k.fraction: expected a finite number > 0 and <= 1, got 2"],
    [() => kappa.exp({ prior: [1, 0] }), "prior[1]: expected a finite number > 0, got 0"],
    [() => kappa.exp({ prior: [1, 1] }).grad(matrix([1, 2, 3, 4, 5, 6])), "prior: expected 6 numbers"],
    [() => kappa.hypentropy(-1), "b: expected a finite number > 0, got -1"],
    [() => kappa.group({ size: 4 }).grad(matrix([1, 2, 3, 4, 5, 6])), "entries that 4 divides"],
    [() => kappa.group({ axis: 2 }).grad(matrix([1, 2, 3, 4, 5, 6])), "an axis 2"],
    [() => kappa.nuclear().grad(np.array(Float64Array.from([1, 2]))), "z: expected a matrix, got float64[2]"],
    [
      () => kappa.nuclear({ method: "qr" as never }),
      'method: expected one of "svd", "newtonSchulz", got "qr"',
    ],
    [() => kappa.quadratic([[1, 2]]), "matrix, row 0: expected 1 numbers"],
    [
      () =>
        kappa.quadratic([
          [1, 2],
          [0, 1],
        ]),
      "matrix[0][1]: expected the same as [1][0], 0, got 2",
    ],
    [
      () =>
        kappa.quadratic([
          [1, 2],
          [2, 1],
        ]),
      "a positive definite matrix",
    ],
    [() => kappa.scaled(kappa.l1(), 0), "s: expected a finite number > 0, got 0"],
    [() => kappa.blocks([{ shape: [2], kappa: kappa.l1() }]).grad(matrix([1, 2, 3, 4, 5, 6])), "2 entries"],
  ])("%s", (f, message) => expect(f).toThrow(message));
});
