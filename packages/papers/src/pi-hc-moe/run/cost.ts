import { numpy as np } from "@jax-js/jax";
import { diffusionSorption, type LayerTerms, linearCombinationLayer } from "@minimand/lab/solvers";
import { disposeTree, normal, randomSource, refTree } from "minimand/engine";
import { laterMedian } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { cost, duration, inner, problem } from "./settings.ts";

/** The time of inner solves, one expert against several, with equal numbers of points in all. */
export interface CostSpec {
  part: "cost";
  totals: number[];
  rounds: number;
  seed: number;
}

export interface CostResult {
  part: "cost";
  solves: { total: number; experts: number; iterations: number; milliseconds: number }[];
}

export function costTrial({ totals, rounds, seed }: CostSpec, host: TrialHost): CostResult {
  const { grid, size, batch } = cost;
  const [nt, nx] = grid;
  const line = (n: number, to: number) => Array.from({ length: n }, (_, i) => (to * i) / (n - 1));
  const { equations, terms } = diffusionSorption({ times: line(nt, duration), places: line(nx, 1) }, problem);
  const next = randomSource(seed);
  // Smooth functions, as those of a network are.
  const waves = Array.from({ length: size }, () => [normal(next), 2 * normal(next), 4 * normal(next)]);
  const values = Float32Array.from({ length: batch * nt * nx * size }, (_, i) => {
    const [a, b, c] = waves[i % size];
    const point = Math.floor(i / size) % (nt * nx);
    return Math.tanh(a + (b * Math.floor(point / nx)) / nt + (c * (point % nx)) / nx);
  });
  const start = Float32Array.from(
    { length: batch * nx },
    (_, i) => 0.1 + 0.9 * Math.exp(-(((i % nx) / nx / 0.3) ** 2)),
  );
  const all: LayerTerms = terms(
    np.array(values, { shape: [batch, nt, nx, size] }),
    np.array(start, { shape: [batch, nx] }),
  );
  const solves = totals.flatMap((total) =>
    cost.experts.map((experts) => {
      const layer = linearCombinationLayer({
        equations,
        grid,
        size,
        experts: [1, experts],
        samplesPerExpert: total / experts,
        ...inner.always,
        ...inner.training,
        compile: host.compile,
      });
      const times: number[] = [];
      let iterations = 0;
      for (let round = 0; round <= rounds; round++) {
        const before = performance.now();
        const { constants, report } = layer.solve(refTree(all as never) as LayerTerms, { seed: round });
        // The first one compiles.
        if (round > 0) times.push(performance.now() - before);
        iterations = report.iterations.reduce((sum, own) => sum + own, 0) / report.iterations.length;
        disposeTree(constants as never);
      }
      layer.dispose();
      return { total, experts, iterations, milliseconds: laterMedian(times) };
    }),
  );
  disposeTree(all as never);
  return { part: "cost", solves };
}
