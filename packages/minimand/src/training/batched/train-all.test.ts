import type { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { asyncLeakOf, liveBuffers } from "../../../../../test/support/leaks.ts";
import { type Compile, keyOf } from "../../engine/index.ts";
import { crossEntropy } from "../../losses/index.ts";
import { flat, mlp } from "../../models/index.ts";
import { adamw } from "../../optimizers/index.ts";
import {
  disposeState,
  minibatches,
  NonFiniteError,
  objectiveOf,
  type SupervisedState,
  supervised,
  train,
  trainAll,
  validationOn,
} from "../index.ts";
import { loopedCompiler } from "./looped.fixture.ts";

const wave = (length: number, by: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, i) => Math.sin(by * i * i));
const dataOf = (rows: number, by: number) => {
  const x = wave(2 * rows, by);
  const y = Int32Array.from({ length: rows }, (_, i) => Number(x[2 * i] > x[2 * i + 1]));
  return minibatches({ x, shape: [2], y, classes: 2 }, { size: 8, seed: 1 });
};
const [rows, held] = [dataOf(20, 1), dataOf(12, 2)];
const model = flat(mlp({ inputs: 2, hidden: [4], outputs: 2 }));
const loss = (f: np.Array, y: np.Array, { weights }: { weights: np.Array }) =>
  crossEntropy(f, y, { weights });
const stepOf = (compile?: Compile) =>
  supervised({
    model,
    objective: objectiveOf(model, loss),
    optimizer: ({ learningRate }) => adamw(learningRate),
    compile,
  });
/** The third overflows at once, and the fast ones soon get no better. */
const rates = [0.01, 0.3, 1e38, 0.001, 2];
const limits = { epochs: 8, patience: 2 };
const [epochs, patience] = [limits.epochs, limits.patience];

interface Seen {
  params: number[] | null;
  history: unknown[];
  stopped: string;
}

async function allAtOnce(compile?: Compile, signal?: AbortSignal): Promise<Seen[]> {
  const step = stepOf(compile);
  const validation = validationOn({ step, model, data: held, loss });
  try {
    const outcomes = await trainAll({
      step,
      data: rows,
      validation,
      ...limits,
      signal,
      states: rates.map((learningRate) => step.init(keyOf(3), { hyper: { learningRate } })),
    });
    return outcomes.map((outcome): Seen => {
      if ("diverged" in outcome) {
        expect(outcome.diverged).toBeInstanceOf(NonFiniteError);
        return { params: null, history: outcome.history, stopped: "diverged" };
      }
      const params = [...(outcome.state.params as np.Array).ref.dataSync()];
      disposeState(outcome.state);
      return { params, history: outcome.history, stopped: `${outcome.stopped} ${outcome.bestEpoch}` };
    });
  } finally {
    validation.dispose();
    step.dispose();
  }
}

async function oneByOne(): Promise<Seen[]> {
  const step = stepOf();
  const validation = validationOn({ step, model, data: held, loss });
  const seen: Seen[] = [];
  for (const learningRate of rates) {
    const history: unknown[] = [];
    try {
      const trained = await train<SupervisedState>({
        step,
        data: rows,
        validation,
        epochs,
        patience,
        state: step.init(keyOf(3), { hyper: { learningRate } }),
        onEpoch: ({ epoch, loss: mean, validation: value }) =>
          void history.push({ epoch, loss: mean, validation: value }),
      });
      const params = [...(trained.state.params as np.Array).ref.dataSync()];
      disposeState(trained.state);
      seen.push({ params, history, stopped: `${trained.stopped} ${trained.bestEpoch}` });
    } catch (error) {
      expect(error).toBeInstanceOf(NonFiniteError);
      seen.push({ params: null, history, stopped: "diverged" });
    }
  }
  validation.dispose();
  step.dispose();
  return seen;
}

const expected = await oneByOne();

describe("trainAll", () => {
  it("gives what train gives for each, also beside one that diverges and others that stop early", async () => {
    expect(expected.map(({ stopped }) => stopped.split(" ")[0]).toSorted()).toEqual(
      expect.arrayContaining(["diverged", "epochs", "patience"]),
    );
    const compile = loopedCompiler();
    expect(await allAtOnce(compile)).toEqual(expected);
    // Who has stopped is dropped, so that fewer are trained.
    expect(compile.counts[0]).toBe(rates.length);
    expect(compile.counts.at(-1)).toBeLessThan(rates.length);
    const epochsRun = expected.reduce((sum, { history }) => sum + history.length, 0);
    expect(epochsRun).toBeLessThan(epochs * rates.length);
  });

  it("trains one after the other where the compiler doesn't join, at the start or later", async () => {
    expect(await allAtOnce()).toEqual(expected);
    expect(await allAtOnce(loopedCompiler({ admits: () => false }))).toEqual(expected);
    let calls = 0;
    expect(await allAtOnce(loopedCompiler({ admits: () => ++calls < 8 }))).toEqual(expected);
  });

  it("frees everything, also when it is aborted", async () => {
    expect(await asyncLeakOf(() => allAtOnce(loopedCompiler()), 1)).toBe(0);
    const before = liveBuffers();
    const controller = new AbortController();
    let calls = 0;
    const compile = loopedCompiler({
      admits() {
        if (++calls === 10) controller.abort(new Error("enough"));
        return true;
      },
    });
    await expect(allAtOnce(compile, controller.signal)).rejects.toThrow("enough");
    expect(liveBuffers()).toBe(before);
  });

  it("gives states with the hyperparameters of the step, which its functions take", async () => {
    const step = supervised({
      model,
      objective: objectiveOf(model, loss),
      hyper: { learningRate: 0.01 },
      optimizer: ({ learningRate }) => adamw(learningRate),
    });
    const validation = validationOn({ step, model, data: held, loss });
    const [outcome] = await trainAll({
      step,
      data: rows,
      validation,
      epochs: 1,
      states: [step.init(keyOf(3), { hyper: { learningRate: 0.1 } })],
    });
    if ("diverged" in outcome) throw outcome.diverged;
    expect(outcome.state.hyper.learningRate).toBe(0.1);
    expect(step.params(outcome.state)).toBe(outcome.state.params);
    disposeState(outcome.state);
    validation.dispose();
    step.dispose();
  });

  const first = stepOf();
  const state = first.init(keyOf(0), { hyper: { learningRate: 1 } });
  first.dispose();
  it.each([
    ["states", { states: 3 }],
    ["states", { states: [] }],
    ["states, number 2", { states: [state, state] }],
    ["epochs", { epochs: 0 }],
    ["patience", { patience: 0 }],
    ["validation", { validation: null }],
    ["trainAll", { hyper: {} }],
  ])("refuses a wrong %s", async (name, wrong) => {
    const step = stepOf();
    const validation = { score: () => 0 };
    const options = { step, states: [state], data: rows, validation, epochs: 1, ...wrong };
    await expect(trainAll(options as never)).rejects.toThrow(new RegExp(`^${name}: expected`));
    step.dispose();
  });
});
