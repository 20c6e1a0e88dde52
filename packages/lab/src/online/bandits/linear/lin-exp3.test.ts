import { describe, expect, it } from "vitest";
import { linExp3 } from "../../index.ts";
import { randomStream } from "../random-stream.ts";
import { hedge, logBarrier } from "./lin-exp3.ts";

describe("policies of summed losses", () => {
  it("log barrier: the root of its equation, the same after a shift, heavier-tailed than exponential weights", () => {
    const p = logBarrier(Float64Array.of(0, 3), 1);
    expect(p[0]).toBeCloseTo(0.767592, 6);
    expect(p[1]).toBeCloseTo(0.232408, 6);
    const shifted = logBarrier(Float64Array.of(1e6, 1e6 + 3), 1);
    expect(shifted[1]).toBeCloseTo(p[1], 6);
    expect([...logBarrier(Float64Array.of(5, 5, 5, 5), 0.3)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    const losses = Float64Array.of(0, 100);
    expect(logBarrier(losses, 1)[1]).toBeCloseTo(1 / 100, 3);
    expect(hedge(losses, 1)[1]).toBeLessThan(1e-40);
    for (const p of [hedge, logBarrier].map((f) => f(Float64Array.of(-1e9, 0, 1e9), 1))) {
      expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      expect(p[0]).toBeCloseTo(1, 6);
    }
  });
});

describe("LinExp3", () => {
  it("estimates linear losses without bias, whatever the policy plays", () => {
    // Losses 0.5 + x^T theta_a on contexts of norm 1; a tiny eta keeps the policy.
    const theta = [
      [0.2, 0, 0.4],
      [-0.3, 0.1, 0.4],
      [0, 0.3, 0.5],
    ];
    const bandit = linExp3({
      dim: 3,
      arms: 3,
      eta: 1e-9,
      gamma: 1e-4,
      buffer: { capacity: 300, refresh: 100 },
    });
    const random = randomStream(2);
    for (let t = 0; t < 6000; t++) {
      const x = [random.uniform() - 0.5, random.uniform() - 0.5, 1];
      const norm = Math.hypot(...x);
      const { decisionId, action } = bandit.choose({ features: x });
      const loss = x.reduce((s, v, i) => s + (v / norm) * theta[action][i], 0);
      bandit.update(decisionId, Math.min(1, Math.max(0, 1 - loss)));
    }
    for (const [i, x] of [
      [0.4, 0, 1],
      [0, 0.4, 1],
      [0.5, -0.5, 1],
    ].entries()) {
      const norm = Math.hypot(...x);
      const { predicted } = bandit.explain({ features: x });
      for (const arm of [0, 1, 2]) {
        const loss = x.reduce((s, v, k) => s + (v / norm) * theta[arm][k], 0);
        expect(Math.abs(1 - predicted[arm] - loss), `context ${i}, arm ${arm}`).toBeLessThan(0.08);
      }
    }
  });

  it("follows losses that change", () => {
    const bandit = linExp3({ dim: 2, arms: 2, eta: 0.2, exploration: 0.1, regularizer: "log-barrier" });
    const lastArm: number[] = [];
    for (let t = 0; t < 3000; t++) {
      const { decisionId, action } = bandit.choose({ features: [1, 0] });
      bandit.update(decisionId, action === (t < 1000 ? 0 : 1) ? 1 : 0);
      if (t >= 800 && t < 1000) lastArm.push(1 - action);
      if (t >= 2800) lastArm.push(action);
    }
    expect(lastArm.reduce((a, b) => a + b) / lastArm.length).toBeGreaterThan(0.7);
  });

  it("refuses options out of range", () => {
    expect(() => linExp3({ dim: 2, eta: 0 })).toThrow("eta: expected a finite number > 0, got 0");
    expect(() => linExp3({ dim: 2, gamma: 0 })).toThrow("gamma: expected");
    expect(() => linExp3({ dim: 2, exploration: 2 })).toThrow("exploration: expected");
    expect(() => linExp3({ dim: 2, regularizer: "l2" as never })).toThrow("regularizer: expected one of");
    expect(() => linExp3({ dim: 2, buffer: { capacity: 0, refresh: 1 } })).toThrow(
      "buffer.capacity: expected",
    );
  });
});
