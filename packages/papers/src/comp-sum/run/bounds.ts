import { compSumConditionalInf, compSumPhi, compSumTransform } from "@minimand/lab/theory";
import { derive, type RandomSource, randomSource } from "minimand/engine";
import { boundTaus } from "./arms.ts";
import type { BoundsResult, BoundsSpec } from "./spec.ts";

const classCounts = [2, 3, 5, 10];

/** Compares regrets with bounds, draw by draw, in double precision. */
export function boundsTrial({ draws, seed }: BoundsSpec): BoundsResult {
  const next = randomSource(derive(seed, 1));
  let smallestSlack = Infinity;
  let tightness = 0;
  for (let draw = 0; draw < draws; draw++) {
    const n = classCounts[draw % classCounts.length];
    const q = randomDistribution(n, next);
    const scores = Array.from({ length: n }, () => 3 * (next() + next() + next() - 1.5));
    const errorRegret = Math.max(...q) - q[scores.indexOf(Math.max(...scores))];
    const beta = next();
    const extreme = [(1 + beta) / 2, (1 - beta) / 2, ...new Array<number>(n - 2).fill(0)];
    const tied = [0, 0, ...new Array<number>(n - 2).fill(-Infinity)];
    for (const tau of boundTaus) {
      const family = { tau, classes: n };
      const slack = regret(q, scores, tau) - compSumTransform(errorRegret, family);
      smallestSlack = Math.min(smallestSlack, slack);
      if (tau > 1) continue;
      const distance = Math.abs(regret(extreme, tied, tau) - compSumTransform(beta, family));
      tightness = Math.max(tightness, distance);
    }
  }
  return { part: "bounds", draws, smallestSlack, tightness, infimumError: infimumError(next) };
}

/** Dirichlet-like distributions, from nearly even to nearly certain ones. */
function randomDistribution(n: number, next: RandomSource): number[] {
  const sharpness = 4 * next();
  const raw = Array.from({ length: n }, () => (-Math.log(1 - next())) ** (1 + sharpness) + 1e-12);
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((v) => v / sum);
}

function regret(q: readonly number[], scores: readonly number[], tau: number): number {
  const max = Math.max(...scores);
  const e = scores.map((v) => Math.exp(v - max));
  const sum = e.reduce((a, b) => a + b, 0);
  const p = e.map((v) => v / sum);
  return risk(q, p, tau) - compSumConditionalInf(q, { tau });
}

/** Expected loss of predicted probabilities `p`. */
function risk(q: readonly number[], p: readonly number[], tau: number): number {
  return q.reduce((total, w, y) => (w > 0 ? total + w * compSumPhi(1 / p[y] - 1, { tau }) : total), 0);
}

/** Compares the closed form with minimisation over predicted probabilities, one pair of classes after another. */
function infimumError(next: RandomSource): number {
  let worst = 0;
  for (let draw = 0; draw < 12; draw++) {
    const q = randomDistribution(classCounts[draw % 3], next);
    // For tau >= 2 the infimum is only approached, at a certain prediction.
    for (const tau of boundTaus.filter((t) => t < 2)) {
      const least = bruteForceInfimum(q, tau);
      worst = Math.max(worst, Math.abs(least - compSumConditionalInf(q, { tau })) / (1 + least));
    }
  }
  return worst;
}

function bruteForceInfimum(q: readonly number[], tau: number): number {
  const p = q.map(() => 1 / q.length);
  const moveMass = (i: number, j: number) => {
    const mass = p[i] + p[j];
    let [low, high] = [0, 1];
    const at = (share: number) => {
      const trial = [...p];
      trial[i] = mass * share;
      trial[j] = mass * (1 - share);
      return risk(q, trial, tau);
    };
    // The expected loss is convex in p for tau < 2, so every such line has one valley.
    for (let k = 0; k < 60; k++) {
      const [a, b] = [low + (high - low) * 0.382, low + (high - low) * 0.618];
      if (at(a) < at(b)) high = b;
      else low = a;
    }
    p[i] = (mass * (low + high)) / 2;
    p[j] = mass - p[i];
  };
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let i = 0; i < q.length; i++) for (let j = i + 1; j < q.length; j++) moveMass(i, j);
  }
  return risk(q, p, tau);
}
