import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad, keyOf } from "minimand/engine";
import { sgd } from "minimand/optimizers";
import { describe, expect, it } from "vitest";
import { expectSlopes } from "../../../../minimand/src/engine/slopes.fixture.ts";
import {
  fista,
  type Iteration,
  iht,
  ista,
  lista,
  supervisedLoss,
  tista,
  unfold,
  unfoldedStep,
  unsupervisedLoss,
} from "./index.ts";
import { measure, randomMatrix } from "./peers.fixture.ts";

type Arrays = { [name: string]: np.Array };

const A = randomMatrix(5, 8, 3, "f64");
const { y, signals } = measure(A, 3, 4, { p: 0.4 });

const made: [string, Iteration][] = [
  ["ista", ista(A, { lambda: 0.1 })],
  ["ista with free thresholds", ista(A, { lambda: 0.1, freeThreshold: true })],
  ["fista", fista(A, { lambda: 0.1 })],
  ["iht", iht(A, { lambda: 0.02 })],
  ["iht with free thresholds", iht(A, { lambda: 0.02, freeThreshold: true })],
  ["iht with a fixed number of entries", iht(A, { sparsity: 3 })],
  ["lista", lista(A, { lambda: 0.1 })],
  ["tista", tista(A, { probability: 0.4, noiseVariance: 0.0025 })],
];

/** The mean loss as a function of the parameters. */
function lossOf(iteration: Iteration, kind: "signals" | "objective") {
  const network = unfold({ ...iteration, layers: 3 });
  const system = () => network.init(keyOf(0)).state as Arrays;
  const loss = kind === "signals" ? supervisedLoss : unsupervisedLoss(network);
  return {
    start: () => network.init(keyOf(0)).params as Arrays,
    of: (params: Arrays) => {
      const [x] = network.apply({ params, state: system() }, y(), { training: true });
      return loss(x, { y: y(), signals: signals(), system: system() }).mean();
    },
  };
}

const cases = made.flatMap(([name, iteration]) =>
  (["signals", "objective"] as const)
    .filter((kind) => kind === "signals" || iteration.objective !== undefined)
    .map((kind) => [name, kind, iteration] as const),
);

describe("gradients of unfolded networks", () => {
  it.each(cases)("%s, by %s: are finite differences", (_, kind, iteration) => {
    const { start, of } = lossOf(iteration, kind);
    const run = compiledValueAndGrad(of);
    const [, gradient] = run(start());
    const names = Object.keys(gradient);
    const params = start();
    const shapes = names.map((name) => [...params[name].shape]);
    expectSlopes(
      (moved) =>
        of(
          Object.fromEntries(names.map((name, k) => [name, np.array(moved[k], { shape: shapes[k] })])),
        ).item(),
      names.map((name) => params[name].dataSync()),
      names.map((name) => gradient[name].dataSync()),
      { tolerance: 1e-6 },
    );
    run.dispose();
  });

  it("of steps are there at all, and hard thresholds have none", () => {
    const run = compiledValueAndGrad(lossOf(iht(A, { lambda: 0.02, freeThreshold: true }), "signals").of);
    const [, { step, threshold }] = run(
      lossOf(iht(A, { lambda: 0.02, freeThreshold: true }), "signals").start(),
    );
    expect((step.js() as number[]).every((slope) => Math.abs(slope) > 1e-4)).toBe(true);
    expect(threshold.js()).toEqual([0, 0, 0]);
    run.dispose();
  });
});

it("a training step in float64 moves steps as far as its gradient, to all digits", () => {
  const network = unfold({ ...ista(A, { lambda: 0.1 }), layers: 3 });
  const step = unfoldedStep({ network, loss: supervisedLoss, optimizer: sgd(0.01) });
  const { start, of } = lossOf(ista(A, { lambda: 0.1 }), "signals");
  const run = compiledValueAndGrad(of);
  const [loss, { step: slopes }] = run(start());
  const expected = start().step.sub(slopes.mul(0.01)).js() as number[];
  const batch = { x: y(), y: signals(), weights: np.ones([3]), ids: new Int32Array(3), rows: 3 };
  const [state, metrics] = step.update(step.init(keyOf(0)), batch);
  expect(metrics.loss.item()).toBeCloseTo(loss.item(), 12);
  const { step: moved } = state.params as Arrays;
  expect(moved.dtype).toBe(np.float64);
  for (const [t, value] of (moved.js() as number[]).entries()) expect(value).toBeCloseTo(expected[t], 12);
  step.dispose();
  run.dispose();
});
