import { numpy as np, random } from "@jax-js/jax";
import {
  type ArchitectureSearch,
  type Bilevel,
  bilevelOf,
  cellSupernet,
  darts,
  discardSearch,
  implicitHypergradient,
  type RartsOptions,
  rarts,
  runSearch,
  type SearchBatch,
  type SearchModel,
  singleLevel,
  slimmableMlp,
} from "@minimand/lab/architecture";
import { crossEntropy } from "minimand";
import { type Compile, compileWithJit, leavesOf, type Tree } from "minimand/engine";
import { adam, proxGroupL2, proxL1, sgd } from "minimand/optimizers";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../../test/support/leaks.ts";
import { nativeCompiler } from "../compile.ts";
import { close } from "./training.fixture.ts";

const strict = () =>
  nativeCompiler({
    warn: (message) => {
      throw new Error(message);
    },
  });
const cells = cellSupernet({ input: [4, 4, 1], classes: 3, channels: 2, nodes: 2, pool: 2 });
const widths = slimmableMlp({ inputs: 16, hidden: [8], outputs: 3 });
const optimizers: RartsOptions = {
  optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9 }),
  architectureOptimizer: ({ architectureRate }) => adam(architectureRate, { b1: 0.5 }),
  // Each search reads its own.
  hyper: { learningRate: 0.05, architectureRate: 0.03, beta: 0.5, lambda: 1.5 },
};

function batch(shape: readonly number[], phase: number): SearchBatch {
  const values = Float32Array.from({ length: 12 * 16 }, (_, i) => Math.sin(i * 1.3 + phase));
  return {
    x: np.array(values, { shape: [12, ...shape] }),
    y: np.array(Int32Array.from({ length: 12 }, (_, i) => i % 3)),
    weights: np.array(Float32Array.from({ length: 12 }, (_, i) => Number(i < 11))),
  };
}

type Make = (problem: Bilevel<SearchBatch>, compile: Compile) => ArchitectureSearch;

/** All numbers of a search after five steps, its last losses first. */
async function searched(make: Make, model: SearchModel, shape: readonly number[], compile: Compile) {
  const problem = bilevelOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights }));
  const search = make(problem, compile);
  const { params } = model.init(random.key(2));
  const losses: number[] = [];
  const state = await runSearch({
    search,
    state: search.init(params.weights, params.architecture),
    batches: [0, 1, 2, 3, 4].map((i): [Tree, Tree] => [batch(shape, i), batch(shape, i + 9)]),
    onStep: ({ metrics }) => void losses.push(metrics.trainLoss, metrics.valLoss),
  });
  const numbers = leavesOf([...Object.values(state.networks), state.architecture]).flatMap((leaf) => [
    ...(leaf.ref.dataSync() as Float32Array),
  ]);
  discardSearch(state);
  search.dispose();
  return [...losses, ...numbers];
}

describe("an architecture search", () => {
  it.each<[string, Make]>([
    ["rarts", (p, compile) => rarts(p, { ...optimizers, compile })],
    [
      "rarts, jacobi, implicitly coupled",
      (p, compile) => rarts(p, { ...optimizers, order: "jacobi", coupling: "implicit", compile }),
    ],
    [
      "rarts with a value function",
      (p, compile) => rarts(p, { ...optimizers, valueFunction: true, compile }),
    ],
    ["darts of first order", (p, compile) => darts(p, { ...optimizers, order: 1, compile })],
    ["darts of second order", (p, compile) => darts(p, { ...optimizers, order: 2, compile })],
    ["single level", (p, compile) => singleLevel(p, { ...optimizers, compile })],
  ])("%s: searches cells as under jit", async (_, make) => {
    const shape = [4, 4, 1];
    const expected = await searched(make, cells, shape, compileWithJit);
    close(await searched(make, cells, shape, await strict()), expected, 3e-4);
  });

  it("by finite differences gives the gradient of jit, up to what rounding makes of a difference", async () => {
    const make: Make = (p, compile) =>
      darts(p, { ...optimizers, order: 2, hypergradient: "finite-difference", compile });
    const expected = await searched(make, cells, [4, 4, 1], compileWithJit);
    close(await searched(make, cells, [4, 4, 1], await strict()), expected, 5e-3);
  });

  it("searches widths as under jit, with proximal steps, and leaves nothing alive", async () => {
    const make: Make = (p, compile) =>
      rarts(p, {
        ...optimizers,
        architectureProx: (a) => (a as np.Array[]).map((gates) => proxL1(gates, 0.01)),
        weightProx: (w) => {
          const [first, ...rest] = w as { weight: np.Array; bias: np.Array }[];
          return [{ ...first, weight: proxGroupL2(first.weight, 0.01, -1) }, ...rest];
        },
        compile,
      });
    const expected = await searched(make, widths, [16], compileWithJit);
    const native = await strict();
    close(await searched(make, widths, [16], native), expected, 3e-4);
    const before = liveBuffers();
    await searched(make, widths, [16], native);
    expect(liveBuffers()).toBe(before);
  });

  it("has the implicit hypergradient of jit", async () => {
    const problem: Bilevel<Record<string, never>> = {
      trainLoss: (w, a) =>
        np
          .square((w as np.Array).ref.sub(np.array([1, 2, 3])))
          .add(np.exp(a as np.Array).mul(np.square(w as np.Array)))
          .sum(),
      valLoss(w, a) {
        (a as np.Array).dispose();
        return np.square((w as np.Array).sub(np.array([1, 1, 2]))).sum();
      },
    };
    const [own, expected] = [await strict(), compileWithJit].map((compile) => {
      const { compute } = implicitHypergradient(problem, { compile });
      return (
        compute(np.array([0.5, 1, 1.4]), np.array([0.1, 0.2, -0.3]), {}, {}).gradient as np.Array
      ).js() as number[];
    });
    close(own, expected, 1e-4);
  });
});
