import { type AsyncCompile, compileWithJit, disposeTree } from "minimand/engine";
import { describe, expect, expectTypeOf, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { later } from "../../../../minimand/src/training/later.fixture.ts";
import {
  type AsyncUnfoldedStep,
  ista,
  runIteration,
  trainUnfolded,
  type UnfoldedStep,
  unfold,
  unfoldedStep,
  unsupervisedLoss,
} from "./index.ts";
import { freshBatches, measure, randomMatrix } from "./peers.fixture.ts";

const A = randomMatrix(12, 24, 1);
const { y } = measure(A, 6, 2);
const iteration = ista(A, { lambda: 0.1 });
const network = unfold({ ...iteration, layers: 3 });
const loss = unsupervisedLoss(network);

async function trained(step: AsyncUnfoldedStep): Promise<unknown> {
  const batches = (generation: number) => freshBatches(A, generation, 4);
  const { params, generations } = await trainUnfolded({ network, step, batches });
  step.dispose();
  return [params.step.js(), generations];
}
const run = async (compile: AsyncCompile) => {
  const { x, objectives } = await runIteration(iteration, y(), { iterations: 5, compile });
  return [x.js(), objectives];
};

describe("a compiler that answers later", () => {
  it("runs an iteration to the numbers of one that answers at once", async () => {
    const answered = { calls: 0 };
    expect(await run(later(answered))).toEqual(await run(compileWithJit));
    expect(answered.calls).toBe(6);
  });

  it("trains an unfolded network to the same parameters, by a step that says so", async () => {
    const answered = { calls: 0 };
    const step = unfoldedStep({ network, loss, compile: later(answered) });
    expectTypeOf(step).toEqualTypeOf<AsyncUnfoldedStep>();
    const now = unfoldedStep({ network, loss, compile: compileWithJit });
    expectTypeOf(now).toEqualTypeOf<UnfoldedStep>();
    expect(await trained(step)).toEqual(await trained(now));
    expect(answered.calls).toBe(12);
  });

  it("leaves nothing behind, also where the runtime fails", async () => {
    const broken: AsyncCompile = () =>
      Object.assign(() => Promise.reject(new Error("the runtime is gone")), { dispose() {} });
    const runs = (compile: AsyncCompile) => runIteration(iteration, y(), { iterations: 2, compile });
    const whole = async () => disposeTree((await runs(later())).x);
    const fails = () => expect(runs(broken)).rejects.toThrow("the runtime is gone");
    expect([await asyncLeakOf(whole), await asyncLeakOf(fails)]).toEqual([0, 0]);
  });
});
