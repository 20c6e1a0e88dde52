import { numpy as np, random } from "@jax-js/jax";
import { slimmableMlp } from "@minimand/lab/architecture";
import type { Tree } from "minimand/engine";
import { disposeTree } from "minimand/engine";
import { crossEntropy } from "minimand/losses";
import { adam, proxL1, sgd } from "minimand/optimizers";
import { NonFiniteError } from "minimand/training";
import { describe, expect, it } from "vitest";
import { leakOf, liveBuffers } from "../../../../../test/support/leaks.ts";
import { halfPlanes } from "../../../../minimand/src/training/steps.fixture.ts";
import type { Bilevel, SearchBatch } from "./bilevel.ts";
import { bilevelOf } from "./bilevel.ts";
import { darts } from "./darts.ts";
import { implicitHypergradient } from "./implicit-hypergradient.ts";
import { randomSearch } from "./random-search.ts";
import { type RartsOptions, rarts } from "./rarts.ts";
import { discardSearch, runSearch, stableFor, UnboundedSearchError } from "./run-search.ts";
import type { ArchitectureSearch } from "./search.ts";
import { searchStep } from "./search-step.ts";
import { singleLevel } from "./single-level.ts";
import { solvableModel } from "./solvable-model.ts";

const net = slimmableMlp({ inputs: 2, hidden: [8], outputs: 2 });
const problem = bilevelOf(net, (f, y, { weights }) => crossEntropy(f, y, { weights }));
const hyper = { learningRate: 0.05, architectureRate: 0.02, mu: 1e-3 };
const common: RartsOptions = {
  hyper,
  optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9 }),
  architectureOptimizer: ({ architectureRate }) => adam(architectureRate),
};
const gated: RartsOptions = {
  ...common,
  architectureProx: (a, { mu }) => (a as np.Array[]).map((gates) => proxL1(gates, mu.ref)) as Tree,
};

const searches: readonly [string, (problem: Bilevel<SearchBatch>) => ArchitectureSearch][] = [
  ["rarts", (p) => rarts(p, common)],
  ["rarts with gates that are shrunk", (p) => rarts(p, gated)],
  [
    "rarts, jacobi, implicitly coupled",
    (p) => rarts(p, { ...common, order: "jacobi", coupling: "implicit" }),
  ],
  ["rarts with a value function", (p) => rarts(p, { ...common, valueFunction: true })],
  [
    "rarts, architecture by validation alone",
    (p) => rarts(p, { ...common, architectureLosses: "validation" }),
  ],
  ["darts of first order", (p) => darts(p, { ...common, order: 1 })],
  ["darts of second order", (p) => darts(p, { ...common, order: 2 })],
  [
    "darts by finite differences",
    (p) =>
      darts(p, {
        ...common,
        order: 2,
        hypergradient: "finite-difference",
        unrolled: { momentum: 0.9, weightDecay: 1e-3 },
      }),
  ],
  ["single level", (p) => singleLevel(p, common)],
];

const batchOf = (from: number): SearchBatch => {
  const { x, y } = halfPlanes();
  return {
    x: np.array((x as Float32Array<ArrayBuffer>).slice(2 * from, 2 * from + 60), { shape: [30, 2] }),
    y: np.array((y as Int32Array<ArrayBuffer>).slice(from, from + 30)),
    weights: np.array(Float32Array.from({ length: 30 }, (_, i) => 1 + 0.01 * i)),
  };
};
const begin = (search: ArchitectureSearch, init = hyper) => {
  const { params } = net.init(random.key(3));
  return search.init(params.weights, params.architecture, { hyper: init });
};

describe.each(searches)("%s", (_, make) => {
  it("lowers its validation loss", async () => {
    const search = make(problem);
    const losses: number[] = [];
    const state = await runSearch({
      search,
      state: begin(search),
      batches: Array.from({ length: 40 }, () => [batchOf(0), batchOf(40)] as [Tree, Tree]),
      onStep: ({ metrics }) => void losses.push(metrics.valLoss),
    });
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]);
    discardSearch(state);
    search.dispose();
  });

  it("keeps the number of live buffers, and gives all back in the end", async () => {
    const search = make(problem);
    const run = async (steps: number) => {
      const batches = Array.from({ length: steps }, () => [batchOf(0), batchOf(40)] as [Tree, Tree]);
      discardSearch(await runSearch({ search, state: begin(search), batches }));
    };
    await run(3);
    const before = liveBuffers();
    await run(20);
    expect(liveBuffers()).toBe(before);
  });
});

it("a second order costs what its gradients cost", () => {
  const counts = searches.map(([, make]) => make(problem).gradientsPerStep);
  expect(counts).toEqual([4, 4, 2, 6, 3, 2, 5, 5, 4]);
});

it.each([8, 12, 30])(
  "of second order is the same exactly and by differences, compiled, on %d rows",
  (rows) => {
    const x = Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(1.7 * i));
    const batch = (phase: number): SearchBatch => ({
      x: np.array(x, { shape: [rows, 2] }),
      y: np.array(Int32Array.from({ length: rows }, (_, i) => (i + phase) % 2)),
      weights: np.array(new Float32Array(rows).fill(1)),
    });
    const gradients = (["exact", "finite-difference"] as const).map((hypergradient) => {
      const plain = { optimizer: sgd(0.1), architectureOptimizer: sgd(1), order: 2, hypergradient } as const;
      const search = darts(problem, plain);
      const { params } = net.init(random.key(3));
      const start = search.init(params.weights, params.architecture, { hyper: { xi: 2 } });
      const [state] = search.update(start, batch(0), batch(1));
      const found = (state.architecture as np.Array[])[0].ref.dataSync();
      discardSearch(state);
      return found;
    });
    gradients[0].forEach((value, i) => {
      expect(value).toBeCloseTo(gradients[1][i], 3);
    });
  },
);

describe("the implicit hypergradient", () => {
  it("leaves nothing alive", () => {
    const ridge = {
      trainLoss: (w: Tree, a: Tree) =>
        np
          .square((w as np.Array).ref.sub(np.array([1, 2, 3])))
          .add(np.exp(a as np.Array).mul(np.square(w as np.Array)))
          .sum(),
      valLoss: (w: Tree, a: Tree) => {
        (a as np.Array).dispose();
        return np.square((w as np.Array).sub(np.array([1, 1, 2]))).sum();
      },
    };
    const found = implicitHypergradient(ridge);
    const [w, a] = [np.array([0.5, 1, 1.4]), np.array([0.1, 0.2, -0.3])];
    expect(
      leakOf(() => {
        const { gradient, valLoss } = found.compute(w, a, {}, {});
        disposeTree([gradient, valLoss]);
      }),
    ).toBe(0);
  });
});

describe("a search as a training step", () => {
  it("splits examples by their ids: neither half sees the other's rows", () => {
    const seen: { [half: string]: Set<number> } = { train: new Set(), val: new Set() };
    const spy: ArchitectureSearch = {
      gradientsPerStep: 1,
      init: (weights, architecture) => ({
        networks: { weights },
        architecture,
        optimizer: {},
        hyper: {},
        count: 0,
      }),
      update(state, trainBatch, valBatch) {
        for (const [half, batch] of Object.entries({ train: trainBatch, val: valBatch })) {
          const { x, y, weights } = batch as SearchBatch;
          const values = x.dataSync();
          y.dispose();
          weights.dataSync().forEach((weight, row) => {
            if (weight > 0) seen[half].add(values[2 * row]);
          });
        }
        const loss = () => np.array(1);
        return [state, { loss: loss(), trainLoss: loss(), valLoss: loss(), architectureSize: loss() }];
      },
      dispose: () => {},
    };
    const step = searchStep({
      model: net,
      loss: (f, y, { weights }) => crossEntropy(f, y, { weights }),
      search: () => spy,
      validationShare: 0.3,
    });
    const { x, y } = halfPlanes();
    let state = step.init(random.key(1));
    for (let epoch = 0; epoch < 3; epoch++)
      for (let from = 0; from < 90; from += 30) {
        const ids = Int32Array.from({ length: 30 }, (_, i) => (from + 7 * i + epoch) % 90);
        const rows = [...ids].flatMap((id) => [x[2 * id], x[2 * id + 1]]);
        const batch = {
          x: np.array(rows, { shape: [30, 2] }),
          y: np.array(Int32Array.from(ids, (id) => y[id])),
          weights: np.array(Float32Array.from({ length: 30 }, (_, i) => 1 + i)),
          ids,
          rows: 30,
        };
        [state] = step.update(state, batch);
      }
    expect([...seen.train].filter((value) => seen.val.has(value))).toEqual([]);
    expect(seen.val.size / (seen.val.size + seen.train.size)).toBeGreaterThan(0.15);
    expect(seen.val.size / (seen.val.size + seen.train.size)).toBeLessThan(0.45);
  });

  it("refuses shares that leave a half empty", () => {
    for (const validationShare of [0, 1, Number.NaN])
      expect(() =>
        searchStep({ model: net, loss: (f) => f, search: () => rarts(problem, common), validationShare }),
      ).toThrow(RangeError);
  });
});

describe("running a search", () => {
  const unbounded = { lambda: 0.3, beta: 0.3, learningRate: 0.3, architectureRate: 0.3 };
  const sgds: RartsOptions = {
    warn: () => {},
    optimizer: ({ learningRate }) => sgd(learningRate),
    architectureOptimizer: ({ architectureRate }) => sgd(architectureRate),
  };
  const run = (init: object, steps: number, onStep?: () => boolean) => {
    const search = rarts(solvableModel, sgds);
    const state = search.init(np.array(-2), np.array(2), { hyper: { ...unbounded, ...init } });
    return runSearch({
      search,
      state,
      batches: Array.from({ length: steps }, () => [{}, {}] as const),
      onStep,
    });
  };

  it("says that an objective has no minimum", async () => {
    await expect(run({}, 2000)).rejects.toThrow(UnboundedSearchError);
    await expect(run({}, 2000)).rejects.toThrow(/not bounded below/);
  });

  it("names the first value that isn't finite", async () => {
    await expect(run({ learningRate: 1e30 }, 10)).rejects.toThrow(NonFiniteError);
  });

  it("stops where it is told to", async () => {
    const stopped = await run({ lambda: 2, beta: 5, learningRate: 0.01 }, 50, () => false);
    expect(stopped.count).toBe(1);
  });

  it("can be aborted, while timers run", async () => {
    const search = rarts(solvableModel, sgds);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 30);
    const endless = function* () {
      for (;;) yield [{}, {}] as const;
    };
    const hyper = { ...unbounded, lambda: 2, beta: 5, learningRate: 0.01 };
    const state = search.init(np.array(-2), np.array(2), { hyper });
    const { signal } = controller;
    await expect(runSearch({ search, state, batches: endless(), signal })).rejects.toThrow("enough");
  });

  it("knows when a choice has settled", () => {
    const settled = stableFor(3);
    expect(["a", "b", "b", "b", "a"].map((choice) => settled(choice))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });
});

describe("bad input of a search", () => {
  const search = rarts(solvableModel, common);
  const init = (given: object, weights = np.array(1), architecture = np.array(2)) =>
    search.init(weights, architecture, { hyper: { ...hyper, ...given } });
  it.each([
    [
      "a negative lambda",
      () => init({ lambda: -1 }),
      /^hyper\.lambda: expected a finite number >= 0, got -1$/,
    ],
    ["a beta that is NaN", () => init({ beta: Number.NaN }), /^hyper\.beta: expected .* got NaN$/],
    [
      "weights that are NaN",
      () => init({}, np.array([Number.NaN, 1])),
      /^weights: expected numbers, got NaN$/,
    ],
    [
      "an architecture that is NaN",
      () => init({}, np.array(1), np.array([1, Number.NaN])),
      /^architecture: expected numbers, got NaN$/,
    ],
    [
      "a network nobody knows",
      () => search.init(np.array(1), np.array(1), { networks: { third: np.array(1) } }),
      /^networks\.third: expected one of twin/,
    ],
    [
      "an order nobody knows",
      () => rarts(solvableModel, { ...common, order: "random" as never }),
      /^order: expected/,
    ],
    ["an order of 3", () => darts(solvableModel, { ...common, order: 3 as never }), /^order: expected/],
    [
      "an unknown hypergradient",
      () => darts(solvableModel, { ...common, order: 2, hypergradient: "guess" as never }),
      /^hypergradient: expected/,
    ],
    [
      "a second order without a size of its inner step",
      () => {
        const second = darts(solvableModel, {
          optimizer: sgd(0.1),
          architectureOptimizer: sgd(0.1),
          order: 2,
        });
        return second.update(second.init(np.array(1), np.array(1)), {}, {});
      },
      /^hyper\.learningRate: expected one of those given to init/,
    ],
  ])("%s is refused", (_, make, message) => expect(make).toThrow(message));

  it("architecture weights of the wrong shape are refused, with what was expected", () => {
    const searched = rarts(problem, common);
    const { params } = net.init(random.key(1));
    const state = searched.init(params.weights, [np.ones([7])], { hyper });
    expect(() => searched.update(state, batchOf(0), batchOf(40))).toThrow(
      /^alpha: expected shape \[8\], got float32\[7\]$/,
    );
  });
});

describe("random search", () => {
  const space = Array.from({ length: 20 }, (_, i) => i);
  const search = (budget: number, seed = 1, cost = 3) =>
    randomSearch({
      sample: (next) => space[Math.floor(next() * space.length)],
      key: String,
      evaluate: (candidate) => ({ score: -Math.abs(candidate - 7), cost }),
      budget,
      seed,
    });

  it("judges as many candidates as the budget pays for, none twice, and returns the best", async () => {
    const { best, judged } = await search(31);
    expect(judged.length).toBe(10);
    expect(new Set(judged.map(({ candidate }) => candidate)).size).toBe(10);
    expect(best.score).toBe(Math.max(...judged.map(({ score }) => score)));
    expect((await search(1)).judged.length).toBe(1);
    expect((await search(1000)).best.candidate).toBe(7);
    expect((await search(31)).judged).toEqual(judged);
    expect((await search(31, 2)).judged).not.toEqual(judged);
  });

  it("refuses budgets, scores and costs that mean nothing", async () => {
    await expect(search(0)).rejects.toThrow(/^budget: expected a finite number > 0, got 0$/);
    await expect(search(5, 1, 0)).rejects.toThrow(/^cost: /);
    const bad = {
      sample: () => 1,
      key: String,
      evaluate: () => ({ score: Number.NaN, cost: 1 }),
      budget: 1,
      seed: 1,
    };
    await expect(randomSearch(bad)).rejects.toThrow(/^score: expected a finite number, got NaN$/);
  });
});
