import { numpy as np } from "@jax-js/jax";
import {
  type ArchitectureSearch,
  type Bilevel,
  darts,
  discardSearch,
  implicitHypergradient,
  rarts,
} from "@minimand/lab/architecture";
import { sgd } from "minimand";
import { derive, disposeTree, randomSource, shuffle, type Tree } from "minimand/engine";
import { part } from "../../kit/part.ts";
import { programsOf } from "../../kit/programs.ts";
import { range } from "../../kit/rows.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { GateArm } from "./arms.ts";
import { type Rows, ridge, squaredError } from "./ridge.ts";
import { gates as size } from "./settings.ts";

/** Gates of features before a ridge regression, of which the exact hypergradient is known. */
export interface GatesSpec {
  part: "gates";
  arm: GateArm;
  seed: number;
  fraction: number;
}

export interface GatesResult {
  part: "gates";
  /** Gradients spent, and squared errors on the validation half and the test rows of the ridge regression with the gates so far. */
  curve: { gradients: number; val: number; test: number }[];
}

type Data = { x: np.Array; y: np.Array };

/** `L = mean (x (a w) - y)^2 / 2`, in training with `ridge / 2 ||w||^2`. */
const problem: Bilevel<Data> = {
  trainLoss: (w, a, batch) =>
    errorOf(w, a, batch).add(
      np
        .square(w as np.Array)
        .sum()
        .mul(size.ridge / 2),
    ),
  valLoss: errorOf,
};
function errorOf(w: Tree, a: Tree, { x, y }: Data): np.Array {
  const effect = (w as np.Array).ref.mul(a as np.Array).reshape([-1, 1]);
  return np
    .square(np.matmul(x, effect).reshape([-1]).sub(y))
    .mean()
    .mul(0.5);
}

const searches = programsOf<ArchitectureSearch>();
const exact = programsOf<ReturnType<typeof implicitHypergradient<Data>>>();

function searchFor(arm: GateArm, compile: TrialHost["compile"]): ArchitectureSearch {
  const options = {
    optimizer: ({ learningRate }: { [name: string]: np.Array }) => sgd(learningRate),
    architectureOptimizer: ({ gateRate }: { [name: string]: np.Array }) => sgd(gateRate),
    compile,
  };
  return searches(compile, arm, () => {
    if (arm === "darts-1") return darts(problem, { ...options, order: 1 });
    if (arm === "darts-2") return darts(problem, { ...options, order: 2 });
    return rarts(problem, { ...options, valueFunction: arm === "rarts-value" });
  });
}

/** Descends for some steps, all rows of a half in every batch, and judges the gates as they come. */
export async function gatesTrial({ arm, seed, fraction }: GatesSpec, host: TrialHost): Promise<GatesResult> {
  const { train, val, test } = await prepare(host, seed);
  const width = size.noise + 10;
  const curve: GatesResult["curve"] = [];
  const judge = (gates: ArrayLike<number>, gradients: number): void => {
    const w = ridge(train, gates, size.ridge);
    curve.push({ gradients, val: squaredError(val, gates, w), test: squaredError(test, gates, w) });
  };
  const steps = part(size.steps, fraction, 4);
  const every = Math.max(1, Math.floor(steps / 40));
  judge(new Float32Array(width).fill(1), 0);
  if (arm === "exact") {
    const { compute } = exact(host.compile, "exact", () =>
      implicitHypergradient(problem, { compile: host.compile }),
    );
    let gradients = 0;
    const gates = new Float32Array(width).fill(1);
    for (let step = 1; step <= Math.ceil(steps / 2); step++) {
      const w = np.array(Float32Array.from(ridge(train, gates, size.ridge)));
      const a = np.array(gates);
      const found = compute(w, a, dataOf(train), dataOf(val));
      const slope = await (found.gradient as np.Array).data();
      disposeTree([w, a, found.valLoss]);
      slope.forEach((g, j) => {
        gates[j] -= size.exactRate * g;
      });
      // The weights, found directly here, are counted as what conjugate gradients would cost once more.
      gradients += 2 + 4 * found.iterations;
      if (step % every === 0) judge(gates, gradients);
    }
    return { part: "gates", curve };
  }
  const search = searchFor(arm, host.compile);
  const { learningRate, gateRate, lambda, beta } = size;
  const coupling: { [name: string]: number } = arm.startsWith("rarts") ? { lambda, beta } : {};
  // The weights start where training alone would take them.
  const start = np.array(Float32Array.from(ridge(train, new Float32Array(width).fill(1), size.ridge)));
  let state = search.init(start, np.ones([width]), { hyper: { learningRate, gateRate, ...coupling } });
  for (let step = 1; step <= steps; step++) {
    host.signal?.throwIfAborted();
    const [next, metrics] = search.update(state, dataOf(train), dataOf(val));
    state = next;
    for (const metric of Object.values(metrics)) await metric.data();
    if (step % every === 0)
      judge(await (state.architecture as np.Array).ref.data(), step * search.gradientsPerStep);
  }
  discardSearch(state);
  return { part: "gates", curve };
}

const dataOf = ({ x, y, columns }: Rows): Data => ({
  x: np.array(Float32Array.from(x), { shape: [y.length, columns] }),
  y: np.array(Float32Array.from(y)),
});

/** Columns and target standardised by the training half; the columns of noise are drawn. */
async function prepare(host: TrialHost, seed: number): Promise<{ train: Rows; val: Rows; test: Rows }> {
  const { features, targets, rows } = await host.dataset("diabetes");
  const next = randomSource(derive(seed, 91));
  const order = shuffle(range(rows), next);
  const columns: number[][] = features.map((feature) => {
    if (feature.kind !== "numeric")
      throw new TypeError(`diabetes: expected numeric columns, got ${feature.name}`);
    return Array.from(feature.values);
  });
  for (let k = 0; k < size.noise; k++)
    columns.push(Array.from({ length: rows }, () => next() + next() + next() - 1.5));
  const all = [...columns, Array.from(targets)].map((values) => {
    const own = Array.from(order.subarray(0, size.half), (row) => values[row]);
    const centre = mean(own);
    const deviation = Math.sqrt(mean(own.map((v) => (v - centre) ** 2)));
    return values.map((v) => (v - centre) / deviation);
  });
  const of = (chosen: Int32Array): Rows => ({
    x: Float64Array.from(
      { length: chosen.length * columns.length },
      (_, i) => all[i % columns.length][chosen[Math.floor(i / columns.length)]],
    ),
    y: Float64Array.from(chosen, (row) => all[columns.length][row]),
    columns: columns.length,
  });
  const { half } = size;
  return {
    train: of(order.subarray(0, half)),
    val: of(order.subarray(half, 2 * half)),
    test: of(order.subarray(2 * half)),
  };
}
