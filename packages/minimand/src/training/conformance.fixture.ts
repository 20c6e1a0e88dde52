import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { type Compile, compileWithJit } from "../engine/compile.ts";
import { leavesOf } from "../engine/tree.ts";
import { fit } from "./fit.ts";
import { predictor } from "./predict.ts";
import { batchesOf, type ConformingStep, halfPlanes, model } from "./steps.fixture.ts";
import type { InitOptions, TrainStep } from "./train-step.ts";

async function train(step: TrainStep<unknown>, epochs: number, options: InitOptions, seed = 1) {
  const batches = batchesOf();
  let state = step.init(random.key(seed), options);
  for (let epoch = 0; epoch < epochs; epoch++) {
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }
  const params = leavesOf(step.params(state)).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
  return { params, state };
}

/** The tests that every training step passes. */
export function stepsConform(steps: readonly ConformingStep[]): void {
  const cases = steps.map((step) => [step.name, step] as const);

  describe.each(cases)("%s", (_, { make, hyper: own, memory, model: trained = model }) => {
    const hyper = { learningRate: 0.05, ...own };
    const options = () => ({ hyper, ...(memory && { memory: memory() }) });
    // Its programs are compiled once; what differs between runs is in their states.
    let shared: TrainStep<unknown> | undefined;
    const compiled = () => {
      shared ??= make();
      return shared;
    };

    it("learns to tell the classes apart", async () => {
      const step = compiled();
      const { state } = await train(step, 30, options());
      const { x, y } = halfPlanes();
      const input = np.array(Float32Array.from(x), { shape: [y.length, 2] });
      const logits = predictor(trained)(step.params(state), step.modelState(state), input).dataSync();
      const right = [...y].reduce(
        (n, label, i) => n + Number(Number(logits[2 * i + 1] > logits[2 * i]) === label),
        0,
      );
      expect(right / y.length).toBeGreaterThan(0.9);
    });

    it("gives the same parameters for the same key, and others for another", async () => {
      const step = compiled();
      const a = await train(step, 3, options());
      const b = await train(step, 3, options());
      const c = await train(step, 3, options(), 2);
      expect(b.params).toEqual(a.params);
      expect(c.params).not.toEqual(a.params);
    });

    it("serves all hyperparameters with the programs of the first", async () => {
      let traces = 0;
      const counting: Compile = (f) =>
        compileWithJit(((...args: never[]) => {
          traces++;
          return f(...(args as unknown as Parameters<typeof f>));
        }) as unknown as typeof f);
      const step = make(counting);
      const a = await train(step, 2, options());
      const first = traces;
      const b = await train(step, 2, { ...options(), hyper: { ...hyper, learningRate: 0.2 } });
      expect(first).toBeGreaterThan(0);
      expect(traces).toBe(first);
      expect(b.params).not.toEqual(a.params);
    });

    it("keeps the number of live buffers over many steps", async () => {
      const step = compiled();
      const batches = batchesOf();
      let state = step.init(random.key(1), options());
      const epochs = async (from: number, to: number) => {
        for (let epoch = from; epoch < to; epoch++)
          state = await fit({ step, state, batches: batches.epoch(epoch) });
      };
      await epochs(0, 3);
      const before = liveBuffers();
      await epochs(3, 13);
      expect(liveBuffers()).toBe(before);
    });
  });
}
