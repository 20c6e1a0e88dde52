import { numpy as np, random } from "@jax-js/jax";
import { fista, runIteration } from "@minimand/lab/solvers";
import {
  adamw,
  aldrInit,
  aldrObjective,
  crossEntropy,
  fit,
  type Model,
  minibatches,
  mlp,
  objectiveOf,
  type SupervisedState,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import { type Compile, disposeTree, leavesOf, type Tree } from "minimand/engine";
import { ensLossTrainer, NonFiniteError } from "minimand/training";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { nativeCompiler } from "./compile.ts";

const [rows, inputs] = [230, 5];
const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * i));
const y = Int32Array.from({ length: rows }, (_, i) => Number(x[i * inputs] > 0.2));
// 23 batches: blocks of 16, 4, 2 and 1.
const batches = minibatches({ x, shape: [inputs], y, classes: 2 }, { size: 10, seed: 3 });
const compile = await nativeCompiler({ warn: (message) => expect.fail(message) });
/** The same compiler, which makes every step by itself. */
const single: Compile = (f) => compile(f);

const plain = (own: Compile, model: Model = mlp({ inputs, hidden: [4], outputs: 2 })) =>
  supervised({
    model,
    objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
    optimizer: ({ learningRate }) => adamw(learningRate),
    compile: own,
  });
const numbersOf = (t: Tree): number[][] => leavesOf(t).map((leaf) => [...leaf.ref.dataSync()]);

/** Parameters, statistics and count after two epochs. */
async function after(step: TrainStep<SupervisedState>, init: Parameters<typeof step.init>[1]) {
  let state = step.init(random.key(0), init);
  for (const epoch of [0, 1]) state = await fit({ step, state, batches: batches.epoch(epoch) });
  const result = {
    params: numbersOf(state.params),
    statistics: numbersOf(state.modelState),
    memory: state.memory,
    count: state.count,
  };
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  return result;
}

describe("several steps in one call", () => {
  const hyper = { learningRate: 0.01 };

  it("are offered by the native compiler, and end where single steps do", async () => {
    expect(plain(compile).updateAll).toBeDefined();
    expect(plain(single).updateAll).toBeUndefined();
    const together = await after(plain(compile), { hyper });
    expect(together.count).toBe(46);
    expect(together).toEqual(await after(plain(single), { hyper }));
  });

  it("hand on the statistics of batch normalisation", async () => {
    const model = mlp({ inputs, hidden: [4], outputs: 2, batchNorm: true });
    const together = await after(plain(compile, model), { hyper });
    expect(together.statistics.flat().length).toBeGreaterThan(0);
    expect(together).toEqual(await after(plain(single, model), { hyper }));
  });

  it("draw each step's random numbers from its own key, and mind what happens between steps", async () => {
    const make = (own: Compile, period: number) =>
      ensLossTrainer({
        model: mlp({ inputs, hidden: [4], outputs: 1 }),
        optimizer: sgd(0.05),
        compile: own,
        period,
      });
    const together = await after(make(compile, 0), {});
    expect(together).toEqual(await after(make(single, 0), {}));
    const anew = await after(make(compile, 5), {});
    expect(anew).toEqual(await after(make(single, 5), {}));
    expect(anew).not.toEqual(together);
  });

  it("are made one by one where a step leaves something in memory for the next", async () => {
    const make = (own: Compile) => {
      const model = mlp({ inputs, hidden: [4], outputs: 2 });
      return supervised({
        model,
        objective: aldrObjective(model, { lambda0: 0.5 }),
        optimizer: sgd(0.05),
        compile: own,
      });
    };
    const together = await after(make(compile), { memory: aldrInit(rows, { lambda0: 0.5 }) });
    expect(together).toEqual(await after(make(single), { memory: aldrInit(rows, { lambda0: 0.5 }) }));
  });

  it("name the step at which a value was not finite, and leave nothing behind", async () => {
    const failing = async (own: Compile) => {
      const step = plain(own);
      const state = step.init(random.key(0), { hyper: { learningRate: 1e30 } });
      return fit({ step, state, batches: batches.epoch(0) }).catch((error: NonFiniteError) => {
        step.dispose();
        return error;
      });
    };
    const error = await failing(single);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as NonFiniteError).step).toBeGreaterThan(0);
    expect(await failing(compile)).toEqual(error);
    const before = liveBuffers();
    await failing(compile);
    expect(liveBuffers()).toBe(before);
  });

  it("leave nothing behind, epoch after epoch", async () => {
    const step = plain(compile);
    let state = step.init(random.key(0), { hyper });
    const epoch = async (n: number) => {
      state = await fit({ step, state, batches: batches.epoch(n) });
    };
    await epoch(0);
    await epoch(1);
    const before = liveBuffers();
    for (const n of [2, 3, 4]) await epoch(n);
    expect(liveBuffers()).toBe(before);
  });

  it("stop where they are told to, and free the batches that wait", async () => {
    const step = plain(compile);
    const stop = new AbortController();
    const reason = new Error("enough");
    const run = () => {
      const state = step.init(random.key(0), { hyper });
      const some = function* () {
        let n = 0;
        for (const batch of batches.epoch(0)) {
          if (++n === 20) stop.abort(reason);
          yield batch;
        }
      };
      return fit({ step, state, batches: some(), signal: stop.signal });
    };
    await expect(run()).rejects.toBe(reason);
    const before = liveBuffers();
    await expect(run()).rejects.toBe(reason);
    expect(liveBuffers()).toBe(before);
  });
});

describe("iterations in one call", () => {
  const A = { shape: [3, 6], data: Float32Array.from({ length: 18 }, (_, i) => Math.sin(3 * i + 1)) };
  const measured = () =>
    np.array([
      [1, 0.5, -0.3],
      [0.2, -1, 0.7],
    ]);

  it("come to what single ones do, also where their numbers change from one to the next", async () => {
    const run = async (own: Compile) => {
      // Two blocks of 16, and 5 by themselves.
      const options = { iterations: 37, compile: own };
      const { x, objectives } = await runIteration(fista(A, { lambda: 0.1 }), measured(), options);
      return { x: x.js(), objectives };
    };
    const together = await run(compile);
    expect(together.objectives).toHaveLength(38);
    expect(together).toEqual(await run(single));
  });

  it("leave nothing behind, also where the compiler can make only one at a time", async () => {
    const refusing: Compile = Object.assign(
      <A extends Tree[], R extends Tree>(f: (...args: A) => R) => compile(f),
      {
        loop: () => Object.assign(() => null, { dispose: () => {} }),
      },
    );
    for (const own of [compile, refusing]) {
      const run = async () => {
        const options = { iterations: 20, compile: own };
        (await runIteration(fista(A, { lambda: 0.1 }), measured(), options)).x.dispose();
      };
      await run();
      const before = liveBuffers();
      await run();
      expect(liveBuffers()).toBe(before);
    }
  });
});

describe("loop", () => {
  const vector = (...values: number[]) => np.array(Float32Array.from(values));

  it("applies a function to each of some arguments in turn and stacks its results", () => {
    const running = compile.loop!((sum: np.Array, v: np.Array, [factor]: np.Array[]) => {
      const next = sum.add(v);
      return [next, { total: next.ref.sum(), next: next.ref.mul(factor) }];
    });
    const xs = [vector(1, 1), vector(0.5, 0), vector(3, 4)];
    const [carry, { total, next }] = running(vector(1, 2), xs, [np.array(2)])!;
    expect(carry.js()).toEqual([5.5, 7]);
    expect(total.js()).toEqual([5, 5.5, 12.5]);
    expect(next.js()).toEqual([
      [4, 6],
      [5, 6],
      [11, 14],
    ]);
    running.dispose();
  });

  it("takes booleans, integers and arguments that it doesn't read", () => {
    const counting = compile.loop!(
      (count: np.Array, { is, n }: { is: np.Array; n: np.Array; idle: np.Array }) => [
        count.add(np.where(is.ref, n, 0).sum()),
        is,
      ],
    );
    const given = [
      [true, 2],
      [false, 3],
      [true, 5],
    ].map(([is, n]) => ({
      is: np.array([is as boolean, false]),
      n: np.array(Int32Array.of(n as number, 9)),
      idle: vector(1, 2, 3),
    }));
    const [count, seen] = counting(np.array(Int32Array.of(1, 2)), given, [])!;
    expect(count.js()).toEqual([8, 9]);
    expect(seen.js()).toEqual([
      [true, false],
      [false, false],
      [true, false],
    ]);
    counting.dispose();
  });

  it("traces a function once, for single steps and for blocks of all lengths", () => {
    let traces = 0;
    const step = (sum: np.Array, v: np.Array, _: Tree): [np.Array, np.Array] => {
      traces++;
      const next = np.sin(sum).mul(0.5).add(v);
      return [next, next.ref.sum()];
    };
    const [one, several] = [compile(step), compile.loop!(step)];
    const xs = Array.from({ length: 7 }, (_, i) => vector(i, -i, 0.1 * i));
    let expected = vector(1, 2, 3);
    for (const x of xs) {
      const [next, total] = one(expected, x.ref, []);
      total.dispose();
      expected = next;
    }
    let [carry] = several(vector(1, 2, 3), xs.slice(0, 2), [])!;
    [carry] = several(carry, xs.slice(2), [])!;
    expect(carry.ref.js()).toEqual(expected.js());
    expect(traces).toBe(1);
    one.dispose();
    // The other one still has it.
    expect(several(carry, [vector(0, 0, 0)], [])![1].js()).toHaveLength(1);
    several.dispose();
  });

  it("leaves what it is given as it was where a step fails, also the second", () => {
    const looking = compile.loop!((table: np.Array, i: np.Array) => [
      table.ref.mul(2).add(1),
      np.take(table, i),
    ]);
    const at = (i: number): np.Array => np.array(Int32Array.of(i, 0));
    const [table, first, second] = [vector(1, 2, 3), at(1), at(9)];
    expect(() => looking(table, [first, second], [])).toThrow(/out of data bounds/);
    expect(table.ref.js()).toEqual([1, 2, 3]);
    const before = liveBuffers();
    expect(() => looking(table, [first, second], [])).toThrow(/out of data bounds/);
    expect(liveBuffers()).toBe(before);
    const [next, looked] = looking(table, [first, at(2)], [])!;
    expect(next.js()).toEqual([7, 11, 15]);
    expect(looked.js()).toEqual([
      [2, 1],
      [7, 3],
    ]);
    second.dispose();
    looking.dispose();
  });

  it("gives null and consumes nothing where ONNX can't express the function", () => {
    const factored = compile.loop!((a: np.Array, b: np.Array) => [np.linalg.cholesky(a.add(b.ref)), b.sum()]);
    const [a, b] = [np.eye(2), np.eye(2)];
    expect(factored(a, [b, b.ref], [])).toBeNull();
    expect([a.refCount, b.refCount]).toEqual([1, 2]);
  });

  it("refuses to hand on something of another kind", () => {
    const growing = compile.loop!((a: np.Array, b: np.Array) => [np.concatenate([a, b]), np.array(0)]);
    expect(() => growing(vector(1), [vector(2)], [])).toThrow(
      /^carry: expected what a step hands on to be like what it is given/,
    );
  });
});
