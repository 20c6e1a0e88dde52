import { logLinearPreference } from "@minimand/lab/solvers";
import { derive, normal, type RandomSource, randomSource } from "minimand/engine";
import { flipPreferences } from "minimand/training";
import { dot } from "../../kit/dot.ts";
import { estimators } from "./arms.ts";
import { type BanditAmount, unheld, world } from "./settings.ts";

export interface BanditSpec extends BanditAmount {
  part: "bandit";
  seed: number;
}

/** One estimate of the parameters. */
export interface Fit {
  epsilon: number;
  count: number;
  loss: string;
  /** Distance from the true parameters in the norm of the pairs' covariance. */
  error: number;
  /** How far the policy's regularised value lies below the best one's. */
  gap: number;
  /** Whether the loss alone has a minimum. */
  bounded: boolean;
}

export interface BanditResult {
  part: "bandit";
  fits: Fit[];
  /** Error of few and very noisy pairs, for each radius that holds the parameters. */
  unheld: { loss: string; radius: number; error: number }[];
}

type Vector = readonly number[];
interface Pair {
  chosen: Vector;
  rejected: Vector;
}

/** All losses on the same pairs of a log-linear bandit, of which a share is swapped. */
export function banditTrial({ seed, counts, epsilons }: BanditSpec): BanditResult {
  const next = randomSource(derive(seed, 71));
  const phi = contexts(next);
  const truth = direction(next, world.norm);
  const most = counts[counts.length - 1];
  const pairs = Array.from({ length: most }, () => drawnPair(phi, truth, next));
  const flips = derive(seed, 72);
  const differencesOf = (epsilon: number): number[][] =>
    flipPreferences(pairs, { epsilon, seed: flips }).pairs.map(({ chosen, rejected }) =>
      chosen.map((v, j) => v - rejected[j]),
    );

  const fits = epsilons.flatMap((epsilon) => {
    const all = differencesOf(epsilon);
    return counts.flatMap((count) => {
      const differences = all.slice(0, count);
      return estimators.map(({ loss }): Fit => {
        const { radius } = world;
        const { theta, bounded } = logLinearPreference({ differences, loss, epsilon, radius });
        const error = covarianceNorm(differences, truth, theta);
        return { epsilon, count, loss, error, gap: gapOf(phi, truth, theta), bounded };
      });
    });
  });

  const few = differencesOf(unheld.epsilon).slice(0, unheld.count);
  const errors = estimators.flatMap(({ loss }) =>
    unheld.radii.map((multiple) => {
      const radius = multiple * world.norm;
      const { theta } = logLinearPreference({ differences: few, loss, epsilon: unheld.epsilon, radius });
      return { loss, radius, error: covarianceNorm(few, truth, theta) };
    }),
  );
  return { part: "bandit", fits, unheld: errors };
}

/** Features of all actions, by context: normal with variance 1 / d. */
const contexts = (next: RandomSource): Vector[][] =>
  Array.from({ length: world.contexts }, () =>
    Array.from({ length: world.actions }, () => normals(next, 1 / Math.sqrt(world.features))),
  );

const normals = (next: RandomSource, scale: number): number[] =>
  Array.from({ length: world.features }, () => scale * normal(next));

function direction(next: RandomSource, norm: number): Vector {
  const v = normals(next, 1);
  const length = Math.sqrt(dot(v, v));
  return v.map((entry) => (norm * entry) / length);
}

/** Two different actions of a context, the one that is preferred first: by Bradley and Terry, with the rewards of the true parameters. */
function drawnPair(phi: Vector[][], truth: Vector, next: RandomSource): Pair {
  const actions = phi[Math.floor(next() * phi.length)];
  const first = Math.floor(next() * actions.length);
  const second = (first + 1 + Math.floor(next() * (actions.length - 1))) % actions.length;
  const [a, b] = [actions[first], actions[second]];
  const preferred = next() < 1 / (1 + Math.exp(dot(truth, b) - dot(truth, a)));
  return preferred ? { chosen: a, rejected: b } : { chosen: b, rejected: a };
}

/** `sqrt(mean_i ((theta - truth) . x_i)^2)` */
function covarianceNorm(differences: readonly Vector[], truth: Vector, theta: Float64Array): number {
  const off = truth.map((v, j) => theta[j] - v);
  return Math.sqrt(differences.reduce((sum, x) => sum + dot(off, x) ** 2, 0) / differences.length);
}

/** `V(best) - V(policy)`, which is the mean divergence of the policy from the best one, with beta 1. */
function gapOf(phi: Vector[][], truth: Vector, theta: Float64Array): number {
  const divergences = phi.map((actions) => {
    const [p, best] = [logSoftmax(actions, theta), logSoftmax(actions, truth)];
    return p.reduce((sum, logp, a) => sum + Math.exp(logp) * (logp - best[a]), 0);
  });
  return divergences.reduce((a, b) => a + b) / divergences.length;
}

function logSoftmax(actions: readonly Vector[], theta: ArrayLike<number>): number[] {
  const scores = actions.map((features) => dot(features, theta));
  const largest = Math.max(...scores);
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
  return scores.map((score) => score - largest - total);
}
