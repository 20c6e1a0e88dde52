/*
 * Four ways to choose under uncertainty, from the scores and probabilities that bandits are made of.
 *
 * Three cultivars of wine are the arms, and only the guess that was made is answered: right or wrong. The program plays each rule with
 * linear predictions over all wines four times. Then it compares the randomly perturbed losses that neural bandits train by with their
 * expectation, over all vectors of signs.
 *
 *     npx node --conditions=minimand-source examples/bandit-scores.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { dataFile } from "@minimand/data";
import {
  expectedKlBound,
  expectedSquareLoss,
  fastCbGamma,
  fastInverseGap,
  inverseGap,
  linUcbScores,
  neuralUcbScores,
  type PerturbedPoint,
  packSigns,
  perturbedKlLoss,
  perturbedSquareLoss,
  squareCbGamma,
} from "@minimand/lab/online";
import { derive, randomSource, shuffle } from "minimand/engine";

const arms = 3;
const passes = 4;

interface Wine {
  /** One a cultivar: the scaled measurements and a 1, in the places of that cultivar. */
  contexts: number[][];
  cultivar: number;
}

/** Share of right guesses in all rounds, and in those of the last pass. */
export interface Played {
  rule: string;
  all: number;
  last: number;
}

/** A rule: which arm, and what it learns from a reward. */
interface Rule {
  choose(contexts: readonly number[][]): number;
  learn(context: readonly number[], reward: number): void;
}

export async function playBandits({ seed = 1 } = {}): Promise<Played[]> {
  const wines = await readWines();
  const dim = wines[0].contexts[0].length;
  const rounds = passes * wines.length;
  // What online regression of so many coefficients is expected to lose.
  const regret = (dim / arms) * Math.log(rounds);
  const rules: { [name: string]: Rule } = {
    LinUCB: linear(dim),
    "diagonal UCB": diagonal(dim),
    SquareCB: weighted(dim, seed, (costs) =>
      inverseGap(costs, { gamma: squareCbGamma({ arms, regret, rounds }) }),
    ),
    // The best arm is always right: its summed cost is 0.
    FastCB: weighted(dim, seed, (costs) =>
      fastInverseGap(costs, { gamma: fastCbGamma({ arms, regret, bestCost: 0 }) }),
    ),
  };
  return Object.entries(rules).map(([rule, { choose, learn }]) => {
    const rewards = Array.from({ length: passes }, (_, pass) => {
      const order = shuffle(
        wines.map((_, i) => i),
        randomSource(derive(seed, pass)),
      );
      return order.map((i) => {
        const { contexts, cultivar } = wines[i];
        const arm = choose(contexts);
        const reward = Number(arm === cultivar);
        learn(contexts[arm], reward);
        return reward;
      });
    });
    return { rule, all: mean(rewards.flat()), last: mean(rewards[passes - 1]) };
  });
}

/** Ridge regression of all coefficients together, and the bounds of its confidence. */
function linear(dim: number): Rule {
  const z = Array.from({ length: dim }, (_, i) =>
    Float64Array.from({ length: dim }, (_, j) => Number(i === j)),
  );
  const b = new Float64Array(dim);
  return {
    choose: (contexts) => linUcbScores(z, b, contexts, { alpha: 0.3 }).action,
    learn(x, reward) {
      x.forEach((value, i) => {
        if (value === 0) return;
        for (let j = 0; j < dim; j++) z[i][j] += value * x[j];
        b[i] += reward * value;
      });
    },
  };
}

/** Steps of descent, each coefficient's divided by its entry of the design: what a neural bandit does with its gradients. */
function diagonal(dim: number): Rule {
  const theta = new Float64Array(dim);
  let design = new Float64Array(dim).fill(1);
  return {
    choose(contexts) {
      const found = neuralUcbScores(
        contexts.map((x) => dot(theta, x)),
        contexts,
        design,
        { lambda: 1, nu: 0.01 },
      );
      design = Float64Array.from(found.design);
      return found.action;
    },
    learn: (x, reward) => step(theta, x, reward, (i) => 1 / Math.sqrt(design[i])),
  };
}

/** Draws an arm with a probability that falls with its predicted cost. */
function weighted(dim: number, seed: number, probabilities: (costs: number[]) => Float64Array): Rule {
  const theta = new Float64Array(dim);
  const next = randomSource(derive(seed, 99));
  return {
    choose(contexts) {
      const costs = contexts.map((x) => Math.min(1, Math.max(0, 1 - dot(theta, x))));
      const p = probabilities(costs);
      const u = next();
      return u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
    },
    learn: (x, reward) => step(theta, x, reward, () => 0.3),
  };
}

function step(theta: Float64Array, x: readonly number[], reward: number, rate: (i: number) => number): void {
  const error = (reward - dot(theta, x)) / dot(x, x);
  x.forEach((value, i) => {
    theta[i] += rate(i) * error * value;
  });
}

/** Perturbed losses of a point, averaged over all vectors of signs, and their expectation; the largest difference of slopes. */
export function perturbations() {
  const size = 8;
  const vectors = Array.from({ length: 2 ** size }, (_, code) =>
    Array.from({ length: size }, (_, i) => ((code >> i) & 1 ? 1 : -1)),
  );
  const next = randomSource(3);
  const draw = () => Array.from({ length: size }, () => 2 * next() - 1);
  const point: PerturbedPoint = { output: 0.4, gradient: draw(), theta: draw(), theta0: draw(), scale: 0.5 };
  const [all, few] = [packSigns(vectors), packSigns(vectors.slice(100, 108))];
  const [square, expected] = [perturbedSquareLoss(point, all, 1), expectedSquareLoss(point, 1)];
  return {
    square: { all: square.value, few: perturbedSquareLoss(point, few, 1).value, expected: expected.value },
    slopes: Math.max(...square.gradient.map((value, i) => Math.abs(value - expected.gradient[i]))),
    kl: { all: perturbedKlLoss(point, all, 1).value, bound: expectedKlBound(point, 1).value },
    klPlain: expectedKlBound({ ...point, scale: 0 }, 1).value,
  };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** 178 wines of three cultivars, 13 measurements each. */
async function readWines(): Promise<Wine[]> {
  const text = gunzipSync(await readFile(dataFile("wine.csv.gz"))).toString("utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const first = Math.min(...rows.map((row) => row.at(-1)!));
  const scales = rows[0].slice(0, -1).map((_, j) => {
    const centre = mean(rows.map((row) => row[j]));
    return { centre, deviation: Math.sqrt(mean(rows.map((row) => (row[j] - centre) ** 2))) };
  });
  return rows.map((row) => {
    const x = [...scales.map(({ centre, deviation }, j) => (row[j] - centre) / deviation), 1];
    const contexts = Array.from({ length: arms }, (_, arm) =>
      Array.from({ length: arms * x.length }, (_, i) =>
        Math.floor(i / x.length) === arm ? x[i % x.length] : 0,
      ),
    );
    return { contexts, cultivar: row.at(-1)! - first };
  });
}

if (import.meta.main) {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(9);
  console.log("rule          all rounds  last pass");
  for (const { rule, all, last } of await playBandits())
    console.log(`${rule.padEnd(14)} ${percent(all)}  ${percent(last)}`);
  const { square, slopes, kl, klPlain } = perturbations();
  console.log(
    `perturbed square loss: ${square.few.toFixed(4)} of 8 vectors, ${square.all.toFixed(4)} of all 256, expected ${square.expected.toFixed(4)}`,
  );
  console.log(`  slopes of all 256 are at most ${slopes.toExponential(1)} from the expected ones`);
  console.log(
    `perturbed KL loss: ${kl.all.toFixed(4)} of all 256 <= ${kl.bound.toFixed(4)}; unperturbed ${klPlain.toFixed(4)}`,
  );
}
