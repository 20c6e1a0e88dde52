import { ballDomain, minimizeOn, type RoundLoss } from "@minimand/lab/online";
import { derive, randomSource, shuffle } from "minimand/engine";
import { greyLevels, range, standardised } from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { Problem } from "./problems.ts";

export const streamData = ["breast_cancer_wdbc", "spambase", "mnist 3/8"] as const;
export const streamOrders = ["shuffled", "blocks of a class", "5 % of labels flipped"] as const;

export interface StreamSpec {
  data: (typeof streamData)[number];
  order: (typeof streamOrders)[number];
  seed: number;
  /** At most so many rows, drawn by the seed. */
  rows: number;
}

/** Rows of length 1 and labels of 1 and -1. */
interface Rows {
  x: Float64Array;
  y: Float64Array;
  width: number;
}

const radius = 10;
/** Each class comes in so many runs. */
const blocks = 5;

/** One pass of logistic regression over real rows, in an order that is harmless, drifting or dirty. */
export async function streamProblem(spec: StreamSpec, host: TrialHost): Promise<Problem> {
  const { x, y, width } = await rowsOf(spec.data, host);
  const next = randomSource(derive(spec.seed, 5));
  const drawn = shuffle(range(y.length), next).slice(0, spec.rows);
  const labels = y.slice();
  const dirty = spec.order === "5 % of labels flipped";
  if (dirty) for (const row of drawn) if (next() < 0.05) labels[row] *= -1;
  const order = spec.order === "blocks of a class" ? inBlocks(drawn, labels) : [...drawn];
  const domain = ballDomain(width, radius);
  const score = (row: number, point: Float64Array) => {
    let sum = 0;
    for (let j = 0, at = row * width; j < width; j++, at++) sum += x[at] * point[j];
    return sum;
  };
  const loss = (row: number, point: Float64Array) => {
    const margin = labels[row] * score(row, point);
    return Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));
  };
  const addGradient = (row: number, point: Float64Array, factor: number, sum: Float64Array) => {
    const slope = (-factor * labels[row]) / (1 + Math.exp(labels[row] * score(row, point)));
    for (let j = 0, at = row * width; j < width; j++, at++) sum[j] += slope * x[at];
    return sum;
  };
  const gradient = (row: number, point: Float64Array) => addGradient(row, point, 1, new Float64Array(width));
  const mean: RoundLoss = {
    value: (point) => order.reduce((sum, row) => sum + loss(row, point) / order.length, 0),
    gradient(point) {
      const sum = new Float64Array(width);
      for (const row of order) addGradient(row, point, 1 / order.length, sum);
      return sum;
    },
  };
  const which = order.length < y.length || dirty ? `${spec.seed} ${spec.order}` : "all rows";
  const name = [spec.data, order.length, which].join(" ");
  const fixed = best.get(name) ?? minimizeOn(domain, mean, { steps: 400, tolerance: 1e-7 });
  best.set(name, fixed);
  return {
    domain,
    rounds: order.length,
    G: 1,
    L: 0.25,
    lambda: 0,
    alpha: 0,
    value: (t, point) => loss(order[t], point),
    gradient: (t, point) => gradient(order[t], point),
    expected: (t) => ({
      value: (point) => loss(order[t], point),
      gradient: (point) => gradient(order[t], point),
    }),
    best: () => fixed,
    fixed,
    // Nobody knows the distribution that real rows come from.
    sea: { sigma2: Number.NaN, Sigma2: Number.NaN, path: 0 },
  };
}

/** Runs of one class and the other by turns. */
function inBlocks(rows: Int32Array, labels: Float64Array): number[] {
  const classes = [1, -1].map((label) => [...rows].filter((row) => labels[row] === label));
  return Array.from({ length: blocks }, (_, k) =>
    classes.flatMap((own) =>
      own.slice(Math.floor((k * own.length) / blocks), Math.floor(((k + 1) * own.length) / blocks)),
    ),
  ).flat();
}

const kept = new Map<string, Rows>();
/** Best points: the same rows in another order have the same. */
const best = new Map<string, Float64Array>();

async function rowsOf(data: StreamSpec["data"], host: TrialHost): Promise<Rows> {
  const known = kept.get(data);
  if (known !== undefined) return known;
  const rows = data === "mnist 3/8" ? await digits(host) : await table(data, host);
  kept.set(data, rows);
  return rows;
}

async function table(name: string, host: TrialHost): Promise<Rows> {
  const dataset = await host.dataset(name);
  const all = range(dataset.rows);
  const { x, shape } = standardised(dataset, all)(all);
  return ofLengthOne(x, dataset.labels, shape[0]);
}

async function digits(host: TrialHost): Promise<Rows> {
  const images = await host.images("mnist-train");
  const { labels, count, height, width } = images;
  const rows = [...range(count)].filter((i) => labels[i] === 3 || labels[i] === 8);
  const eights = rows.map((row) => Number(labels[row] === 8));
  return ofLengthOne(greyLevels(images, rows), eights, height * width);
}

/** Adds a 1 to every row, for the intercept, and makes its length 1. */
function ofLengthOne(x: ArrayLike<number>, labels: ArrayLike<number>, inputs: number): Rows {
  const width = inputs + 1;
  const made = new Float64Array(labels.length * width);
  for (let i = 0; i < labels.length; i++) {
    let square = 1;
    for (let j = 0; j < inputs; j++) square += x[i * inputs + j] ** 2;
    const length = Math.sqrt(square);
    for (let j = 0; j < inputs; j++) made[i * width + j] = x[i * inputs + j] / length;
    made[i * width + inputs] = 1 / length;
  }
  return { x: made, y: Float64Array.from(labels, (label) => (label === 1 ? 1 : -1)), width };
}
