/*
 * Recipes put together from building blocks: a loss, an optimizer, a schedule and what is done to gradients.
 *
 * Points of the plane carry a class, two labels that may hold together, and an amount. Every recipe trains a small network on one of
 * them; nothing but the line of the recipe changes.
 *
 *     npx node --conditions=minimand-source examples/own-recipe.ts
 */
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import {
  adamw,
  type BatchLoss,
  chain,
  fit,
  type GradientTransformation,
  labelSmoothingCrossEntropy,
  lamb,
  minibatches,
  mlp,
  muon,
  type Objective,
  objectiveOf,
  predictor,
  sgd,
  supervised,
} from "minimand";
import { disposeTree, keyOf, randomSource, refTree } from "minimand/engine";
import {
  gammaNll,
  gaussianNll,
  infoNceLoss,
  multilabelBinaryCrossEntropy,
  ntXentLoss,
  poissonNll,
  supConLoss,
} from "minimand/losses";
import {
  accumulateGradients,
  adaBelief,
  adagrad,
  adaptiveGradientClip,
  applyIfFinite,
  clipByValue,
  cosineSchedule,
  exponentialSchedule,
  joinSchedules,
  linearSchedule,
  masked,
  nadam,
  oneCycleSchedule,
  partition,
  polynomialSchedule,
  radam,
  rmsprop,
  setToZero,
  warmRestartsSchedule,
} from "minimand/optimizers";

const classes = 4;
const rows = 256;
const batch = 32;
type Rows = number[][];

/** What is learnt, with as many outputs, and how good the outputs are: 1 is best. */
interface Task {
  outputs: number;
  target: "class" | "labels" | "amount";
  quality: (outputs: Rows, points: Points) => number;
}

/** What is learnt, by which loss of the network's output, and how in so many steps. */
type Recipe = readonly [
  name: string,
  task: Task,
  loss: BatchLoss | "two views",
  optimizer: (steps: number) => GradientTransformation,
];

interface Points {
  x: Float32Array<ArrayBuffer>;
  /** Two a point: whether x1 x2 > 0, and whether it is far from the middle. */
  labels: Int32Array;
  /** Twice the first label and the second. */
  class: Int32Array;
  /** exp(1 + x1 - x2 / 2), with noise. */
  amount: Float32Array;
}

function pointsOf(seed: number): Points {
  const next = randomSource(seed);
  const x = Float32Array.from({ length: 2 * rows }, () => 3 * next() - 1.5);
  const at = <T>(f: (a: number, b: number) => T): T[] =>
    Array.from({ length: rows }, (_, i) => f(x[2 * i], x[2 * i + 1]));
  const labels = at((a, b) => [Number(a * b > 0), Number(Math.hypot(a, b) > 1)]);
  return {
    x,
    labels: Int32Array.from(labels.flat()),
    class: Int32Array.from(labels, ([first, second]) => 2 * first + second),
    amount: Float32Array.from(at((a, b) => Math.exp(1 + a - b / 2) * (0.8 + 0.4 * next()))),
  };
}

const shareOf = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;
const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, k) => sum + (v - b[k]) ** 2, 0);

/** 1 less the squared error in logarithms, as a share of their variance. */
function explained(logMeans: readonly number[], { amount }: Points): number {
  const logs = [...amount].map(Math.log);
  const mean = logs.reduce((a, b) => a + b) / rows;
  return 1 - squared(logMeans, logs) / squared(logs, Array(rows).fill(mean));
}

const oneOfFour: Task = {
  outputs: classes,
  target: "class",
  quality: (f, points) => shareOf(f.map((row, i) => row.indexOf(Math.max(...row)) === points.class[i])),
};
const bothLabels: Task = {
  outputs: 2,
  target: "labels",
  quality: (f, points) => shareOf(f.flat().map((logit, i) => Number(logit > 0) === points.labels[i])),
};
const directionsOf = (f: Rows): Rows => f.map((row) => row.map((v) => v / Math.hypot(...row)));
const meanOf = (vectors: Rows): number[] =>
  vectors[0].map((_, k) => vectors.reduce((sum, v) => sum + v[k], 0) / vectors.length);
/** How often the nearest mean of a class, on the sphere, is that of the own. */
const embedding: Task = {
  outputs: 8,
  target: "class",
  quality: (f, points) => {
    const directions = directionsOf(f);
    const means = Array.from({ length: classes }, (_, k) =>
      meanOf(directions.filter((_, i) => points.class[i] === k)),
    );
    const nearest = directions.map((row) => {
      const distances = means.map((mean) => squared(row, mean));
      return distances.indexOf(Math.min(...distances));
    });
    return shareOf(nearest.map((k, i) => k === points.class[i]));
  },
};
/** How far from each other points are on the sphere: 1 less the mean cosine of all pairs. */
const apart: Task = {
  outputs: 8,
  target: "class",
  quality: (f) => 1 - squared(meanOf(directionsOf(f)), Array(8).fill(0)),
};
const amount: Task = {
  outputs: 1,
  target: "amount",
  quality: (f, points) => explained(f.flat(), points),
};
const amountAndSpread: Task = {
  outputs: 2,
  target: "amount",
  quality: (f, points) =>
    explained(
      f.map(([mean]) => Math.log(Math.max(mean, 0.01))),
      points,
    ),
};

const smoothed: BatchLoss = (f, y, { weights }) =>
  labelSmoothingCrossEntropy(f, y, { weights, smoothing: 0.05 });
const bothAtOnce: BatchLoss = (f, y, { weights }) => multilabelBinaryCrossEntropy(f, y, { weights });
const isMatrix = (p: { ndim: number }): boolean => p.ndim === 2;

const cosine = (n: number): GradientTransformation => adamw(cosineSchedule(0.02, n));
const upAndDown = (n: number) =>
  joinSchedules([linearSchedule(0, 20, 0.03), cosineSchedule(0.03, n - 20)], [20]);

/** Name, task, loss, and the optimizer for a number of steps. */
export const recipes: readonly Recipe[] = [
  ["rmsprop, down a line", oneOfFour, smoothed, (n) => rmsprop(linearSchedule(0.02, n))],
  ["adagrad, down a power", oneOfFour, smoothed, (n) => adagrad(polynomialSchedule(0.2, n, 0.9))],
  ["nadam, halved every 50 steps", oneOfFour, smoothed, () => nadam(exponentialSchedule(0.05, 50, 0.5))],
  ["radam, warm restarts", oneOfFour, smoothed, (n) => radam(warmRestartsSchedule(0.05, Math.ceil(n / 3)))],
  [
    "lamb, up a line and down a cosine",
    oneOfFour,
    smoothed,
    (n) => lamb(upAndDown(n), { layerAdaptation: isMatrix }),
  ],
  [
    "muon in one cycle, each unit's gradient clipped, bad steps skipped",
    oneOfFour,
    smoothed,
    (n) => {
      const alone = muon(oneCycleSchedule(0.05, n), { adjust: "match-rms" });
      return applyIfFinite(chain(adaptiveGradientClip(0.5), alone));
    },
  ],
  [
    "adamw, four batches a step",
    bothLabels,
    bothAtOnce,
    (n) => accumulateGradients(adamw(cosineSchedule(0.1, Math.ceil(n / 4))), 4),
  ],
  [
    "adaBelief for weights, clipped sgd for biases, the first layer frozen",
    oneOfFour,
    smoothed,
    (n) =>
      partition(
        {
          frozen: setToZero(),
          weights: adaBelief(cosineSchedule(0.05, n)),
          biases: chain(clipByValue(0.1), sgd(0.5)),
        },
        (p, path) => (path.startsWith("0.") ? "frozen" : isMatrix(p) ? "weights" : "biases"),
      ),
  ],
  [
    "sgd, gradients of matrices clipped",
    oneOfFour,
    smoothed,
    (n) => chain(masked(clipByValue(0.05), isMatrix), sgd(cosineSchedule(0.3, n), { momentum: 0.9 })),
  ],
  ["SupCon", embedding, (f, y, { weights }) => supConLoss(f, y, { weights }), cosine],
  ["NT-Xent", embedding, (f, y, { weights }) => ntXentLoss(f, y, { weights }), cosine],
  ["InfoNCE of two views, without labels", apart, "two views", cosine],
  ["Poisson", amount, (f, y, { weights }) => poissonNll(f.reshape([-1]), y, { weights }), cosine],
  ["Gamma", amount, (f, y, { weights }) => gammaNll(f.reshape([-1]), y, { weights, shape: 4 }), cosine],
  ["mean and variance", amountAndSpread, (f, y, { weights }) => gaussianNll(f, y, { weights }), cosine],
];

/** Trains the network of a recipe and says how good its outputs are on points that it hasn't seen. */
export async function follow(
  [, task, loss, optimizer]: Recipe,
  { epochs = 40, seed = 1 } = {},
): Promise<number> {
  const model = mlp({ inputs: 2, hidden: [32, 16], outputs: task.outputs });
  /** An objective of one's own: each point has to find itself, with noise, among the points of the batch. */
  const twoViews: Objective = (params, { modelState, memory, key, hyper }, { x, y, weights }) => {
    disposeTree([y, hyper]);
    const noise = random.normal(key, [batch, 2]).mul(0.05);
    const options = { training: true } as const;
    const [a, state] = model.apply({ params: refTree(params), state: modelState }, x.ref, options);
    const [b, next] = model.apply({ params, state }, x.add(noise), options);
    const values = infoNceLoss(a.ref, b, { weights });
    return [values.mean(), { output: a, modelState: next, memory }];
  };
  const points = pointsOf(seed);
  const targetShape = task.target === "labels" ? [2] : [];
  const examples = { x: points.x, shape: [2], y: points[task.target], targetShape };
  const batches = minibatches(examples, { size: batch, seed });
  const step = supervised({
    model,
    objective: loss === "two views" ? twoViews : objectiveOf(model, loss),
    optimizer: optimizer(epochs * batches.perEpoch),
  });
  let state = step.init(keyOf(seed));
  for (let epoch = 0; epoch < epochs; epoch++) {
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }
  const unseen = pointsOf(seed + 1);
  const forward = predictor(model);
  const x = np.array(unseen.x, { shape: [rows, 2] });
  const outputs = (await forward(step.params(state), step.modelState(state), x).data()) as Float32Array;
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  forward.dispose();
  const width = task.outputs;
  return task.quality(
    Array.from({ length: rows }, (_, i) => [...outputs.subarray(i * width, (i + 1) * width)]),
    unseen,
  );
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  for (const recipe of recipes) {
    const quality = await follow(recipe);
    console.log(`${recipe[0].padEnd(72)} ${(100 * quality).toFixed(1).padStart(5)} %`);
  }
}
