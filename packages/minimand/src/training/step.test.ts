import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { aldrInit, crossEntropy } from "../losses/index.ts";
import type { Model } from "../models/index.ts";
import { sgd } from "../optimizers/index.ts";
import { compilerOfBlocks } from "./blocks.fixture.ts";
import { ensLossTrainer } from "./ens-loss.ts";
import { fit } from "./fit.ts";
import { aldrObjective } from "./memory-objective.ts";
import { objectiveOf } from "./objective.ts";
import { mesa, sam } from "./sharpness-aware/index.ts";
import { batchesOf, model } from "./steps.fixture.ts";
import { supervised } from "./supervised.ts";

const optimizer = sgd(0.1);
const objective = objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights }));

describe("a training step", () => {
  it("frees a batch that it refuses, and leaves the state to its owner", () => {
    const step = supervised({ model, objective: aldrObjective(model), optimizer });
    const state = step.init(random.key(0), { memory: aldrInit(4) });
    const refuse = () =>
      expect(() => step.update(state, batchesOf(8).at(Int32Array.of(1, 5)))).toThrow(
        "ids: expected example ids from 0 to 3, got 5",
      );
    expect(leakOf(refuse)).toBe(0);
    const [, { loss }] = step.update(state, batchesOf(8).at(Int32Array.of(1, 3)));
    expect(loss.item()).toBeGreaterThan(0);
    step.dispose();
  });

  it("takes hyperparameters in the precision of its parameters", () => {
    const line: Model = {
      init(key) {
        key.dispose();
        return { params: { w: np.array(Float64Array.of(1, 2)) }, state: {} };
      },
      apply({ params, state }, x, { weights, key }) {
        disposeTree([x, ...(weights ? [weights] : []), ...(key ? [key] : [])]);
        return [(params as { w: np.Array }).w, state];
      },
    };
    const sum = objectiveOf(line, (w, y, { weights, key }) => {
      disposeTree([y, weights, key]);
      return w.sum();
    });
    for (const make of [supervised, sam]) {
      const step = make({ model: line, objective: sum, optimizer: (hyper) => sgd(hyper.learningRate) });
      const state = step.init(random.key(0), { hyper: { learningRate: 0.1 } });
      const [next, { loss }] = step.update(state, batchesOf(8).at(Int32Array.of(1)));
      loss.item();
      // The float32 nearest to 0.1 is off by 1e-9.
      const { w } = step.params(next) as { w: np.Array };
      expect(w.dataSync()[0]).toBeCloseTo(0.9, 14);
      step.dispose();
    }
  });

  it("is made alone where it finds what the one before has left, and together with others where not", async () => {
    const blocksOf = async (step: ReturnType<typeof supervised>, blocks: () => number, init?: object) => {
      const batches = () => [0, 1, 2, 3, 4, 5].flatMap((epoch) => [...batchesOf(32).epoch(epoch)]);
      const { params, optimizer: states } = await fit({
        step,
        state: step.init(random.key(0), init),
        batches: batches(),
      });
      disposeTree([params, states] as Tree);
      step.dispose();
      return blocks();
    };
    const counted = () => {
      let blocks = 0;
      return { compile: compilerOfBlocks(() => ++blocks > 0), blocks: () => blocks };
    };
    const [plain, memory, averaged] = [counted(), counted(), counted()];
    const { compile } = plain;
    expect(await blocksOf(supervised({ model, objective, optimizer, compile }), plain.blocks)).toBe(2);
    const remembering = { model, objective: aldrObjective(model), optimizer, compile: memory.compile };
    expect(await blocksOf(supervised(remembering), memory.blocks, { memory: aldrInit(90) })).toBe(0);
    const averaging = mesa({ model, objective, optimizer, compile: averaged.compile });
    expect(await blocksOf(averaging, averaged.blocks, { hyper: { stepsPerEpoch: 3 } })).toBe(2);
    // Lambda is drawn anew after the first block of 16, or within it.
    for (const period of [16, 10]) {
      const { compile, blocks } = counted();
      expect(await blocksOf(ensLossTrainer({ model, optimizer, compile, period }), blocks)).toBe(1);
    }
  });

  it("that is made alone asks for one batch at a time", () => {
    const compile = compilerOfBlocks(() => true);
    const step = supervised({ model, objective: aldrObjective(model), optimizer, compile });
    for (const [memory, size] of [
      [{}, 16],
      [aldrInit(90), 1],
    ] as const) {
      const batch = batchesOf().at(Int32Array.of(0));
      expect(step.blockSize?.(step.init(random.key(0), { memory }), batch)).toBe(size);
    }
    step.dispose();
  });
});
