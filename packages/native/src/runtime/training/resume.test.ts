import {
  crossEntropy,
  loadState,
  mesa,
  minibatches,
  objectiveOf,
  saveState,
  supervised,
  train,
} from "minimand";
import { keyOf, leavesOf } from "minimand/engine";
import { mlp } from "minimand/models";
import { adamw } from "minimand/optimizers";
import { expect, it } from "vitest";
import { nativeCompiler } from "../compile.ts";
import { examples, inputs } from "./training.fixture.ts";

it.each(["supervised", "mesa"])(
  "a state of %s that was saved natively goes on natively, bit for bit",
  async (name) => {
    const compile = await nativeCompiler({ warn: (message) => expect.fail(message) });
    const model = mlp({ inputs, hidden: [6], outputs: 3 });
    const parts = {
      model,
      objective: objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights })),
      optimizer: adamw(0.02),
      compile,
    };
    const make = () =>
      name === "mesa" ? mesa({ ...parts, hyper: { stepsPerEpoch: 3, startEpoch: 1 } }) : supervised(parts);
    const start = (step: ReturnType<typeof make>) =>
      step.init(keyOf(3), name === "mesa" ? { hyper: { stepsPerEpoch: 3 } } : { hyper: {} });
    const data = minibatches(examples(3), { size: 16, seed: 3 });
    const [whole, first, fresh] = [make(), make(), make()];
    const at = await train({ step: whole, state: start(whole), data, epochs: 6 });
    const { state, history } = await train({ step: first, state: start(first), data, epochs: 3 });
    const loaded = loadState(fresh, await saveState(first, state));
    const again = await train({ step: fresh, state: loaded, data, epochs: 6, history });
    const numbersOf = (t: typeof state) =>
      leavesOf([t.params, t.optimizer, t.modelState]).map((leaf) => [...leaf.ref.dataSync()]);
    expect(again.history).toEqual(at.history);
    expect(numbersOf(again.state)).toEqual(numbersOf(at.state));
    expect(again.state.count).toBe(at.state.count);
  },
);
