import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../../engine/random.ts";
import { ldrK, ldrKl } from "../index.ts";

const ids = (y: number) => np.array(Int32Array.from([y]));
const row = (f: ArrayLike<number>) => np.array(Float32Array.from(f), { shape: [1, f.length] });
const normalised = (z: readonly number[], lambda: number) => {
  const max = Math.max(...z);
  const mean = z.reduce((sum, v) => sum + Math.exp((v - max) / lambda), 0) / z.length;
  return max + lambda * Math.log(mean);
};

describe("ldrKl in float32", () => {
  it("keeps its digits for large lambda, where the mean of exponentials is all but 1", () => {
    const f = [1.3, -0.7, 2.1, 0.4];
    const z = f.map((v) => v - f[1]);
    for (const lambda of [1e2, 1e3, 1e4, 1e6]) {
      const value = ldrKl(row(f), ids(1), { lambda, margin: 0 }).item();
      expect(Math.abs(value - normalised(z, lambda))).toBeLessThan(3e-6);
    }
  });

  it("keeps its digits over a thousand classes, of a sure example and of a doubtful one", () => {
    const next = randomSource(1);
    const f = Array.from({ length: 1000 }, () => 2 * next());
    for (const own of [30, 1]) {
      f[7] = own;
      const z = f.map((v) => v - own);
      for (const lambda of [0.1, 1, 10]) {
        const value = ldrKl(row(f), ids(7), { lambda, margin: 0 }).item();
        const exact = normalised(z, lambda);
        expect(Math.abs(value - exact)).toBeLessThan(2e-6 * (1 + Math.abs(exact)));
      }
    }
  });

  it("does not lose the capped softmax to underflow at a lambda far below the gaps", () => {
    const f = [300, 200, 100, 0];
    expect(ldrK(row(f), ids(3), { k: 3, lambda: 1e-3, margin: 0 }).item()).toBeCloseTo(200, 2);
  });
});

describe("options out of range", () => {
  const call = (run: () => np.Array) => () => run().dispose();
  it("are refused by ldrKl with a message that names them", () => {
    const f = () => row([1, 0, 0]);
    const two = () => np.array([1, 2]);
    expect(call(() => ldrKl(f(), ids(0), { lambda: 0 }))).toThrow(
      /lambda: expected a finite number > 0, got 0/,
    );
    expect(call(() => ldrKl(f(), ids(0), { lambda: Number.NaN }))).toThrow(/lambda: .* got NaN/);
    expect(call(() => ldrKl(f(), ids(0), { lambda: two() }))).toThrow(/lambda: expected .* shape \[1\]/);
    expect(call(() => ldrKl(f(), ids(0), { margin: -1 }))).toThrow(/margin: .* >= 0, got -1/);
    expect(call(() => ldrKl(f(), ids(0), { normalize: "l2" as "l1" }))).toThrow(
      /normalize: expected one of "none", "l1"/,
    );
  });

  it("are refused by ldrK with a message that names them", () => {
    const f = () => row([1, 0, 0]);
    for (const k of [0, 4, 1.5])
      expect(call(() => ldrK(f(), ids(0), { k }))).toThrow(/k: expected an integer >= 1 and <= 3/);
    expect(call(() => ldrK(f(), ids(0), { k: 2, lambda: -1 }))).toThrow(/lambda: .* >= 0, got -1/);
  });
});
