import { grad, jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import {
  ensLossDerivatives,
  expHingeLoss,
  exponentialLoss,
  hinge,
  invHingeLoss,
  invLogHingeLoss,
  isValidLossDerivative,
  logHingeLoss,
  logisticLoss,
  squaredHinge,
} from "../index.ts";

const grid = Array.from({ length: 60 }, (_, i) => -3 + 0.2 * i);
const slopes = (phi: (z: np.Array) => np.Array, z = grid): number[] => [
  ...(jit(grad((m: np.Array) => phi(m).sum()))(np.array(z)).dataSync() as Float32Array),
];
const valid = { negative: true, monotone: true, tailOk: true };

describe("isValidLossDerivative", () => {
  it("accepts convex calibrated losses that are bounded below, on any grid", () => {
    const good = [
      logisticLoss,
      hinge,
      squaredHinge,
      exponentialLoss,
      invHingeLoss,
      invLogHingeLoss,
      expHingeLoss,
    ];
    for (const phi of good) {
      expect(isValidLossDerivative(grid, slopes(phi))).toEqual(valid);
      const short = [-1, 0.5, 1.1, 2.3];
      expect(isValidLossDerivative(short, slopes(phi, short))).toEqual(valid);
    }
  });

  it("rejects the tail of the log hinge, whose z g does not go to 0", () => {
    expect(isValidLossDerivative(grid, slopes(logHingeLoss))).toEqual({ ...valid, tailOk: false });
  });

  it("accepts batches of EnsLoss, and rejects their tail where it is left out", () => {
    for (let seed = 0; seed < 20; seed++) {
      const noise = () => random.normal(random.key(seed), [grid.length]);
      const g = (tail: "inverse" | "inverse-log2" | "none") => [
        ...(ensLossDerivatives(np.array(grid), noise(), { tail }).dataSync() as Float32Array),
      ];
      expect(isValidLossDerivative(grid, g("inverse"))).toEqual(valid);
      expect(isValidLossDerivative(grid, g("inverse-log2"))).toEqual(valid);
    }
    const flat = ensLossDerivatives(np.array([0, 2, 8]), np.array([2, 1.5, 1]), { tail: "none" });
    expect(isValidLossDerivative([0, 2, 8], [...(flat.dataSync() as Float32Array)]).tailOk).toBe(false);
  });

  it("rejects positive, vanishing and decreasing derivatives", () => {
    expect(isValidLossDerivative([-1, 0, 1], [-1, 0.1, 0.2]).negative).toBe(false);
    expect(isValidLossDerivative([-1, 0, 1], [-1, 0, 0]).negative).toBe(false);
    expect(isValidLossDerivative([1, 0, -1], [-0.6, -0.5, -1]).monotone).toBe(false);
    expect(isValidLossDerivative([0, 0, 1], [-0.5, -1, -0.5]).monotone).toBe(true);
    expect(isValidLossDerivative([0, 0, 1], [-0.5, -1, -0.7]).monotone).toBe(false);
  });

  it("refuses lists of different lengths and numbers that are not finite", () => {
    expect(() => isValidLossDerivative([0, 1], [-1])).toThrow(
      /^derivatives: expected 2 numbers, one a margin/,
    );
    expect(() => isValidLossDerivative([0, Number.NaN], [-1, -1])).toThrow(
      "margins: expected finite numbers, got NaN",
    );
  });
});
