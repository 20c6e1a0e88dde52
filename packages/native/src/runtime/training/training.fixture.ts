import { random } from "@jax-js/jax";
import { type Compile, compileWithJit, disposeTree, leavesOf, randomSource } from "minimand/engine";
import { type Examples, fit, minibatches, type SupervisedState, type TrainStep } from "minimand/training";
import { expect } from "vitest";
import { nativeCompiler } from "../compile.ts";

export const inputs = 4;
export const rows = 40;

/** Noisy points of `classes` classes; the last batch of an epoch is padded. */
export function examples(classes: number): Examples {
  const next = randomSource(5);
  const x = Float32Array.from({ length: rows * inputs }, () => 2 * next() - 1);
  const y = Int32Array.from({ length: rows }, (_, i) =>
    Math.min(classes - 1, Math.floor((classes * (1 + x[i * inputs] + 0.3 * (next() - 0.5))) / 2)),
  ).map((label) => Math.max(0, label));
  return { x, shape: [inputs], y, classes };
}
/** Numbers to predict. */
export const numbers = (): Examples => {
  const { x } = examples(2);
  return {
    x,
    shape: [inputs],
    y: Float32Array.from({ length: rows }, (_, i) => 2 * x[i * inputs] - x[i * inputs + 1]),
  };
};

type Step = TrainStep<SupervisedState>;
/** A training step, what it is trained on, and what it starts from. */
export interface Run {
  make: (compile: Compile) => Step;
  data: Examples;
  init?: Parameters<Step["init"]>[1];
  seed?: number;
}

/** Losses of six steps, and the parameters after them. */
export async function train({ make, data, init, seed = 1 }: Run, compile: Compile) {
  const step = make(compile);
  const batches = minibatches(data, { size: 16, seed: 3 });
  const losses: number[] = [];
  const state = await fit({
    step,
    state: step.init(random.key(seed), { ...init, memory: structuredClone(init?.memory) }),
    batches: [...batches.epoch(0), ...batches.epoch(1)],
    onStep: ({ metrics }) => void losses.push(metrics.loss),
  });
  const params = leavesOf(state.params).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
  for (const part of [state.params, state.optimizer, state.modelState]) disposeTree(part);
  step.dispose();
  return { losses, params, memory: state.memory };
}

/** Numbers that agree to a relative and absolute tolerance. */
export function close(a: readonly number[], b: readonly number[], tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (const [i, v] of a.entries())
    expect(Math.abs(v - b[i]), `number ${i}: ${v} and ${b[i]}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(b[i])),
    );
}

/** Six native steps do what six jitted ones do, without falling back to `jit`. */
export async function expectSame(run: Run): Promise<Compile> {
  const native = await nativeCompiler({
    warn: (message) => {
      throw new Error(message);
    },
  });
  const expected = await train(run, compileWithJit);
  const got = await train(run, native);
  expect(got.losses).toHaveLength(6);
  close(got.losses, expected.losses, 1e-4);
  close(got.params, expected.params, 2e-4);
  for (const [name, values] of Object.entries(expected.memory))
    close([...got.memory[name]], [...values], 1e-4);
  return native;
}
