import type { PairTable } from "@minimand/lab/solvers";
import { derive, type RandomSource, randomSource, shuffle } from "minimand/engine";
import { dot } from "../../kit/dot.ts";
import { normals } from "../../kit/normals.ts";
import { range } from "../../kit/rows.ts";
import { mean } from "../../kit/statistics.ts";
import { bandit } from "./settings.ts";

const { contexts: S, actions: K, features: d } = bandit;

/** Whether actions that the logs never offer carry a risk that shows nowhere in them. */
export const worlds = ["partial coverage", "full coverage"] as const;
export type World = (typeof worlds)[number];

/** Logged comparisons of actions, and what is true beyond them. */
export interface Problem {
  /** `[contexts][actions][d]` */
  features: number[][][];
  /** `[contexts][actions]` */
  reward: number[][];
  /** Actions that the logs may offer, by context. */
  offered: number[][];
  data: PairTable & { context: number[]; chosen: number[]; rejected: number[] };
}

/** One world and its logs; those of more pairs begin with those of fewer. */
export function problemOf(world: World, pairs: number, seed: number): Problem {
  const next = randomSource(derive(seed, worlds.indexOf(world)));
  const normal = normals(next);
  const visible = world === "partial coverage" ? d - bandit.hidden : d;
  const weights = Array.from({ length: d }, (_, j) => (j < visible ? 1.5 * normal() : bandit.risk));
  const features = table(() => Array.from({ length: d }, () => normal() / Math.sqrt(d)));
  const offered = features.map((rows) => {
    const seen = rows.map((row) => dot(row.slice(0, visible), weights));
    const better = [...range(K)].sort((a, b) => seen[b] - seen[a]).slice(0, K / 2);
    return shuffle(better, next).slice(0, bandit.offered);
  });
  features.forEach((rows, s) => {
    rows.forEach((row, a) => {
      const safe = offered[s].includes(a);
      for (let j = visible; j < d; j++) row[j] = safe ? 0 : Math.abs(normal()) / 2;
    });
  });
  const reward = features.map((rows) => rows.map((row) => dot(row, weights)));
  return { features, reward, offered, data: logsOf(reward, offered, pairs, next) };
}

/** Two different offered actions of a context, all equally likely; which is chosen, by Bradley and Terry. */
function logsOf(reward: number[][], offered: number[][], pairs: number, next: RandomSource): Problem["data"] {
  const data: Problem["data"] = { context: [], chosen: [], rejected: [] };
  const below = (n: number): number => Math.floor(next() * n);
  for (let i = 0; i < pairs; i++) {
    const x = below(S);
    const first = below(bandit.offered);
    const second = (first + 1 + below(bandit.offered - 1)) % bandit.offered;
    const [a, b] = [offered[x][first], offered[x][second]];
    const firstWins = next() < 1 / (1 + Math.exp(reward[x][b] - reward[x][a]));
    data.context.push(x);
    data.chosen.push(firstWins ? a : b);
    data.rejected.push(firstWins ? b : a);
  }
  return data;
}

/** How often each action was chosen in each context, and how often each context came. */
export function countsOf({ data }: Problem): { contexts: number[]; chosen: number[][] } {
  const chosen = table(() => 0);
  data.context.forEach((x, i) => {
    chosen[x][data.chosen[i]]++;
  });
  return { contexts: chosen.map((row) => row.reduce((a, b) => a + b)), chosen };
}

/** What a policy `[contexts][actions]` comes to. */
export interface Quality {
  /** The mean true reward over contexts and actions. */
  value: number;
  /** The mean log-ratio to the uniform reference of the actions that were chosen in the logs; null where one is never taken. */
  chosenLogRatio: number | null;
  /** The probability of actions that the logs never offer. */
  outside: number;
}

export function qualityOf({ reward, offered, data }: Problem, policy: number[][]): Quality {
  const overAll = (of: (x: number, a: number) => number): number =>
    policy.reduce((sum, row, x) => sum + row.reduce((s, p, a) => s + p * of(x, a), 0), 0) / S;
  const ratio = mean(data.context.map((x, i) => Math.log(K * policy[x][data.chosen[i]])));
  return {
    value: overAll((x, a) => reward[x][a]),
    chosenLogRatio: Number.isFinite(ratio) ? ratio : null,
    outside: overAll((x, a) => (offered[x].includes(a) ? 0 : 1)),
  };
}

/** A table of contexts and actions. */
export const table = <T>(of: (x: number, a: number) => T): T[][] =>
  Array.from({ length: S }, (_, x) => Array.from({ length: K }, (_, a) => of(x, a)));
