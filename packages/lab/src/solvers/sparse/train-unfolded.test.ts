import type { numpy as np } from "@jax-js/jax";
import { disposeTree, keyOf, refTree } from "minimand/engine";
import { adam, sgd } from "minimand/optimizers";
import type { Batch } from "minimand/training";
import { NonFiniteError } from "minimand/training";
import { describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import {
  iht,
  ista,
  lista,
  runIteration,
  supervisedLoss,
  tista,
  trainUnfolded,
  type Unfolded,
  type UnfoldedLoss,
  unfold,
  unfoldedStep,
  unsupervisedLoss,
} from "./index.ts";
import { freshBatches, measure, randomMatrix } from "./peers.fixture.ts";

const A = randomMatrix(12, 24, 1);
const test = measure(A, 200, 99);
const layers = 4;
const lambda = 0.1;

type Arrays = { [name: string]: np.Array };

/** The mean of a loss over signals that weren't trained on. */
function judged(network: Unfolded, params: Arrays, loss: UnfoldedLoss): number {
  const { params: fresh, state } = network.init(keyOf(0));
  disposeTree(fresh);
  const [x, system] = network.apply({ params: refTree(params), state }, test.y(), { training: false });
  return loss(x, { y: test.y(), signals: test.signals(), system: system as Arrays })
    .mean()
    .item();
}

async function trained(
  network: Unfolded,
  loss: UnfoldedLoss,
  { rate = 0.02, count = 60, incremental = true } = {},
): Promise<Arrays> {
  const step = unfoldedStep({ network, loss, optimizer: adam(rate) });
  const batches = (generation: number) => freshBatches(A, generation, count);
  const { params } = await trainUnfolded({ network, step, batches, incremental });
  step.dispose();
  return params;
}

describe("training an unfolded network", () => {
  const network = unfold({ ...ista(A, { lambda }), layers });
  const start = (): Arrays => {
    const { params, state } = network.init(keyOf(0));
    disposeTree(state);
    return params as Arrays;
  };
  const objective = unsupervisedLoss(network);

  it("without signals lowers the objective below that of ISTA, and with them the error, each more than the other", async () => {
    const [without, withSignals] = [
      await trained(network, objective),
      await trained(network, supervisedLoss),
    ];
    const by = (params: Arrays) => [
      judged(network, params, objective),
      judged(network, params, supervisedLoss),
    ];
    const [before, free, known] = [start(), without, withSignals].map(by);
    expect(free[0]).toBeLessThan(0.9 * before[0]);
    expect(known[1]).toBeLessThan(0.9 * before[1]);
    expect(free[0]).toBeLessThan(known[0]);
    expect(known[1]).toBeLessThan(free[1]);
  });

  it("comes nearer to the minimum than twice as many plain iterations", async () => {
    const { objectives } = await runIteration(ista(A, { lambda }), test.y(), { iterations: 2 * layers });
    const plain = objectives![2 * layers].reduce((a, b) => a + b) / 200;
    expect(judged(network, await trained(network, objective), objective)).toBeLessThan(plain);
  });

  it("trains all layers at once, too, and layers that aren't due yet not at all", async () => {
    const atOnce = await trained(network, objective, { incremental: false });
    expect(judged(network, atOnce, objective)).toBeLessThan(0.95 * judged(network, start(), objective));
    const step = unfoldedStep({ network, loss: objective });
    const depths: number[] = [];
    const stop = new AbortController();
    const batches = function* (generation: number) {
      if (generation === 3) stop.abort(new Error("after two"));
      yield* freshBatches(A, generation, 5);
    };
    const run = trainUnfolded({
      network,
      step,
      batches,
      signal: stop.signal,
      onGeneration: ({ depth }) => depths.push(depth),
    });
    await expect(run).rejects.toThrow("after two");
    expect(depths).toEqual([1, 2]);
    let state = step.init(keyOf(0), { hyper: { depth: 2 } });
    for (const batch of freshBatches(A, 7, 5)) [state] = step.update(state, batch);
    const steps = (state.params as Arrays).step.js() as number[];
    const first = start().step.js() as number[];
    expect(steps.map((value, t) => value !== first[t])).toEqual([true, true, false, false]);
    step.dispose();
  });

  it("is the same for the same batches, and one step serves networks of other systems", async () => {
    const step = unfoldedStep({ network, loss: objective });
    const run = async (own: Unfolded) => {
      const batches = (generation: number) => freshBatches(A, generation, 10);
      const { params } = await trainUnfolded({ network: own, step, batches });
      return params.step.js();
    };
    const [once, again] = [await run(network), await run(network)];
    expect(again).toEqual(once);
    const other = unfold({ ...ista(randomMatrix(12, 24, 8), { lambda: 0.3 }), layers });
    const shared = await run(other);
    const own = unfoldedStep({ network: other, loss: unsupervisedLoss(other) });
    const { params } = await trainUnfolded({
      network: other,
      step: own,
      batches: (g) => freshBatches(A, g, 10),
    });
    expect(shared).toEqual(params.step.js());
    expect(shared).not.toEqual(once);
    own.dispose();
    step.dispose();
  });

  it.each([
    ["iht", unfold({ ...iht(A, { lambda: 0.02 }), layers }), 0.02],
    ["iht with a fixed number of entries", unfold({ ...iht(A, { sparsity: 5 }), layers }), 0.02],
    ["lista", unfold({ ...lista(A, { lambda }), layers }), 0.003],
    ["ista with free thresholds", unfold({ ...ista(A, { lambda, freeThreshold: true }), layers }), 0.02],
    ["tista", unfold({ ...tista(A, { probability: 0.2, noiseVariance: 0.0025 }), layers }), 0.02],
  ])("lowers the error of %s", async (_, own, rate) => {
    const params = await trained(own, supervisedLoss, { rate, count: 40 });
    const before = own.init(keyOf(0)).params as Arrays;
    expect(judged(own, params, supervisedLoss)).toBeLessThan(0.93 * judged(own, before, supervisedLoss));
  });

  it("moves free hard thresholds through a gate only", async () => {
    for (const gate of [undefined, 0.05]) {
      const own = unfold({ ...iht(A, { lambda: 0.02, freeThreshold: true, gate }), layers });
      const { threshold } = await trained(own, supervisedLoss, { count: 20 });
      const { threshold: before } = own.init(keyOf(0)).params as Arrays;
      const moved = threshold.sub(before).js() as number[];
      expect(moved.every((by) => Math.abs(by) > 1e-3)).toBe(gate !== undefined);
      expect(moved.every((by) => by === 0)).toBe(gate === undefined);
    }
  });

  it("keeps steps above their least value, and skips gradients that aren't finite", async () => {
    const step = unfoldedStep({ network, loss: objective, optimizer: sgd(0.3) });
    let state = step.init(keyOf(0), { hyper: { depth: 1 } });
    const least = () => Math.min(...((state.params as Arrays).step.ref.js() as number[]));
    let lowest = Infinity;
    for (const batch of freshBatches(A, 1, 6)) {
      [state] = step.update(state, batch);
      lowest = Math.min(lowest, least());
    }
    expect(lowest).toBeCloseTo(1e-6, 7);
    expect(lowest).toBeGreaterThan(0);
    const [batch] = freshBatches(A, 2, 1);
    const kept = (state.params as Arrays).step.ref.js() as number[];
    const broken: Batch = { ...batch, x: batch.x.mul(1e30) };
    [state] = step.update(state, broken);
    const after = (state.params as Arrays).step.js() as number[];
    // Up to the rounding of what keeps them above.
    for (const [t, value] of after.entries()) expect(Math.abs(value - kept[t])).toBeLessThan(1e-7);
    step.dispose();
  });

  it("ends where the loss isn't finite, and leaves nothing behind, then or otherwise", async () => {
    const step = unfoldedStep({ network, loss: objective });
    const fails = async () => {
      const batches = function* (generation: number): Generator<Batch> {
        for (const batch of freshBatches(A, generation, 3)) {
          if (generation === 2) batch.x = batch.x.mul(1e30);
          yield batch;
        }
      };
      const error = await trainUnfolded({ network, step, batches }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(NonFiniteError);
    };
    const empty = async () => {
      const run = trainUnfolded({ network, step, batches: () => [] });
      await expect(run).rejects.toThrow("batches(1): expected at least one batch, got 0");
    };
    const whole = async () => {
      const batches = (generation: number) => freshBatches(A, generation, 3);
      disposeTree((await trainUnfolded({ network, step, batches, params: start() })).params);
    };
    const leaks = [await asyncLeakOf(fails), await asyncLeakOf(empty), await asyncLeakOf(whole)];
    expect(leaks).toEqual([0, 0, 0]);
    step.dispose();
  });

  it("refuses what is no network, loss or step", async () => {
    expect(() => unfoldedStep({ network: {} as never, loss: supervisedLoss })).toThrow(
      "network: expected an unfolded network, got object",
    );
    expect(() => unfoldedStep({ network, loss: 3 as never })).toThrow("loss: expected a function");
    const run = (options: object) => trainUnfolded({ network, ...options } as never);
    await expect(run({ step: {}, batches: () => [] })).rejects.toThrow(
      "step: expected a step of unfoldedStep",
    );
    const step = unfoldedStep({ network, loss: objective });
    await expect(run({ step, batches: [] })).rejects.toThrow(
      "batches: expected a function of the generation",
    );
    expect(() => step.init(keyOf(0), { hyper: { dept: 1 } as never })).toThrow("did you mean 'depth'?");
    step.dispose();
  });
});
