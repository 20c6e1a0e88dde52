import { random } from "@jax-js/jax";
import { describe, expect, expectTypeOf, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { type AsyncCompile, compileWithJit } from "../engine/compile.ts";
import { disposeTree, leavesOf } from "../engine/tree.ts";
import { aldrInit, crossEntropy } from "../losses/index.ts";
import { mlp } from "../models/index.ts";
import { adamw } from "../optimizers/index.ts";
import { minibatches } from "./batches.ts";
import { fit } from "./fit.ts";
import { later } from "./later.fixture.ts";
import { aldrObjective } from "./memory-objective.ts";
import { objectiveOf } from "./objective.ts";
import { supervised } from "./supervised.ts";
import type { AsyncTrainStep, SupervisedState, SupervisedStep, TrainStep } from "./train-step.ts";

const [rows, inputs] = [50, 4];
const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * i));
const y = Int32Array.from({ length: rows }, (_, i) => i % 3);
const batches = minibatches({ x, shape: [inputs], y, classes: 3 }, { size: 16, seed: 2 });
const model = mlp({ inputs, hidden: [6], outputs: 3, batchNorm: true });
const plain = objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights }));
const remembering = aldrObjective(model);
const optimizer = adamw(0.05);

/** Everything that two epochs leave in a state, to the last bit. */
async function trained(step: AsyncTrainStep<SupervisedState>, memory: { [name: string]: Float32Array }) {
  let state = step.init(random.key(4), { memory });
  const losses: number[] = [];
  for (const epoch of [0, 1])
    state = await fit({
      step,
      state,
      batches: batches.epoch(epoch),
      onStep: ({ metrics }) => void losses.push(metrics.loss),
    });
  const { params, optimizer, modelState, count } = state;
  const numbers = leavesOf([params, optimizer, modelState]).map((leaf) => [...leaf.dataSync()]);
  step.dispose();
  return { losses, numbers, memory: state.memory, count };
}

describe("a step of an asynchronous compiler", () => {
  it.each([
    ["a loss", plain, () => ({})],
    ["a loss that remembers each example", remembering, () => aldrInit(rows)],
  ] as const)("trains on %s to the parameters of the same compiler at once", async (_, objective, memory) => {
    const answered = { calls: 0 };
    const own = await trained(
      supervised({ model, objective, optimizer, compile: later(answered) }),
      memory(),
    );
    expect(own.count).toBe(8);
    expect(answered.calls).toBe(8);
    expect(own).toEqual(await trained(supervised({ model, objective, optimizer }), memory()));
  });

  it("leaves nothing behind", async () => {
    const step = supervised({ model, objective: plain, optimizer, compile: later() });
    const epoch = async (): Promise<void> => {
      const state = await fit({ step, state: step.init(random.key(0)), batches: batches.epoch(0) });
      disposeTree([state.params, state.optimizer, state.modelState]);
    };
    await epoch();
    const before = liveBuffers();
    await epoch();
    expect(liveBuffers()).toBe(before);
    step.dispose();
  });

  it("ends training with what the runtime says, and the state is given up", async () => {
    const compile: AsyncCompile = () =>
      Object.assign(() => Promise.reject(new Error("the runtime is gone")), { dispose() {} });
    const step = supervised({ model, objective: plain, optimizer, compile });
    const state = step.init(random.key(0));
    await expect(fit({ step, state, batches: batches.epoch(0) })).rejects.toThrow("the runtime is gone");
    for (const leaf of leavesOf(state.params)) expect(leaf.refCount).toBe(0);
  });

  it("is told from one whose results are there at once, which nobody waits for", () => {
    const now = supervised({ model, objective: plain, optimizer, compile: compileWithJit });
    expectTypeOf(now).toEqualTypeOf<SupervisedStep>();
    // @ts-expect-error: its updates may be promises
    const wrong: TrainStep<SupervisedState> = supervised({
      model,
      objective: plain,
      optimizer,
      compile: later(),
    });
    wrong.dispose();
    const [batch] = [...batches.epoch(0)];
    const result = now.update(now.init(random.key(0)), batch);
    expect(Array.isArray(result)).toBe(true);
    now.dispose();
  });
});
