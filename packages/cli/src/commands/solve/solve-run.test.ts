import { poisson2d } from "@minimand/lab/solvers";
import { expect, it } from "vitest";
import { solveBy } from "./solve-run.ts";

it("tells of its iterations while it works", async () => {
  const A = poisson2d({ shape: [250, 250] }).toCsr();
  const b = new Float64Array(A.size).fill(1);
  const stop = new AbortController();
  const told: number[][] = [];
  const progress = (...now: number[]): void => {
    told.push(now);
    stop.abort(new Error("enough"));
  };
  // A tolerance that rounding never reaches.
  const limits = { tolerance: 1e-300, maxIterations: 1e5, vectors: 1, signal: stop.signal, progress };
  await expect(solveBy("cg", A, b, limits)).rejects.toThrow("enough");
  const [[iterations, residual]] = told;
  expect(told).toHaveLength(1);
  expect(iterations).toBeGreaterThanOrEqual(1);
  expect(residual).toBeGreaterThan(0);
  expect(residual).toBeLessThan(1e3);
});
