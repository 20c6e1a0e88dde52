/*
 * How often a planted flip rate is reported, and is in its interval: by the likelihood alone (95 %), and by the rule that `minimand compare`
 * has. The rule's limits were chosen on other seeds and by another way of fitting.
 */

import { estimateFlipRate, logLinearPreference, marginScale } from "@minimand/lab/solvers";
import type { Row } from "@minimand/papers";
import { derive, expit, log1pExp, normal, randomSource } from "minimand/engine";
import { type Rating, ratingPairs } from "../examples/rating-pairs.ts";
import { likeliestFlips } from "../packages/compare/src/train/likeliest-flips.ts";

/** Differences of properties, the side that was chosen first; neighbours may share items. */
type Differences = readonly (readonly number[])[];

interface Planted {
  pairs: number;
  epsilon: number;
  seed: number;
}

interface World {
  reward: string;
  sizes: readonly number[];
  draw(planted: Planted): Differences;
}

const rates = [0, 0.1, 0.2, 0.3] as const;
const seeds = Array.from({ length: 10 }, (_, i) => 201 + i);
const ridges = [0.3, 0.03, 0.003] as const;

/** Rewards of some properties, whose differences have this deviation; a share of their variance is of what no column shows. */
function numbers(
  reward: string,
  { properties, deviation, unseen }: { properties: number; deviation: number; unseen: number },
): World {
  return {
    reward,
    sizes: [300, 1000, 3000],
    draw({ pairs, epsilon, seed }) {
      const next = randomSource(derive(seed, properties, pairs, Math.round(100 * epsilon)));
      const normals = (count: number): number[] => Array.from({ length: count }, () => normal(next));
      const direction = normals(properties);
      const length = Math.hypot(...direction);
      return Array.from({ length: pairs }, () => {
        const x = normals(properties);
        const seen = x.reduce((sum, v, j) => sum + (v * direction[j]) / length, 0);
        const h = deviation * (Math.sqrt(1 - unseen) * seen + Math.sqrt(unseen) * normal(next));
        const isFirst = next() < expit(h) !== next() < epsilon;
        return isFirst ? x : x.map((v) => -v);
      });
    },
  };
}

const trigramsOf = (entry: string): string[] => {
  const text = `^${entry.toLowerCase()}$`;
  return [...new Set(Array.from({ length: text.length - 2 }, (_, i) => text.slice(i, i + 3)))];
};

/** Real ratings of words, by the runs of three letters that are the most frequent among them. */
function words(ratings: readonly Rating[], { runs }: { runs: number }): World {
  return {
    reward: "of letters, real ratings",
    sizes: [1000, 3000],
    draw({ pairs, epsilon, seed }) {
      const drawn = ratingPairs(ratings, { flips: epsilon, seed }).slice(0, pairs);
      const counts = new Map<string, number>();
      for (const { chosen, rejected } of drawn)
        for (const run of [...trigramsOf(chosen), ...trigramsOf(rejected)])
          counts.set(run, (counts.get(run) ?? 0) + 1);
      const kept = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, runs);
      const place = new Map(kept.map(([run], i) => [run, i]));
      return drawn.map(({ chosen, rejected }) => {
        const x = new Array<number>(kept.length).fill(0);
        for (const run of trigramsOf(chosen)) if (place.has(run)) x[place.get(run)!]++;
        for (const run of trigramsOf(rejected)) if (place.has(run)) x[place.get(run)!]--;
        return x;
      });
    },
  };
}

const rewardOf = (differences: Differences, ridge: number): Float64Array =>
  logLinearPreference({ differences, loss: "dpo", ridge, tol: 1e-5 }).theta;

const marginsOf = (theta: Float64Array, rows: Differences): number[] =>
  rows.map((x) => x.reduce((sum, v, j) => sum + v * theta[j], 0));

/** Margins of each third by a reward of the other two, with the ridge that is best for a fifth of the first two. */
function outOfFold(rows: Differences): Float64Array {
  const ends = [0, 1, 2, 3].map((k) => Math.round((k * rows.length) / 3));
  const others = (part: number): Differences => [...rows.slice(0, ends[part]), ...rows.slice(ends[part + 1])];
  const first = others(2);
  const cut = Math.round(first.length / 5);
  const losses = ridges.map((ridge) => {
    const margins = marginsOf(rewardOf(first.slice(cut), ridge), first.slice(0, cut));
    const scale = marginScale(margins, { prior: 1 });
    return margins.reduce((sum, z) => sum + log1pExp(-scale * z), 0);
  });
  const ridge = ridges[losses.indexOf(Math.min(...losses))];
  return Float64Array.from(
    [0, 1, 2].flatMap((part) =>
      marginsOf(rewardOf(others(part), ridge), rows.slice(ends[part], ends[part + 1])),
    ),
  );
}

function byLikelihoodAlone(margins: Float64Array): ReturnType<typeof likeliestFlips> {
  try {
    return estimateFlipRate.fromLikelihood(margins, { scale: "fitted" });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;

/** A row for each kind of reward and number of pairs, over all rates and seeds. */
export function plantedFlips(ratings: readonly Rating[]): Row[] {
  const worlds = [
    numbers("of 5 properties", { properties: 5, deviation: 4, unseen: 0 }),
    numbers("of 5, and as much that no column shows", { properties: 5, deviation: 4, unseen: 0.5 }),
    numbers("of 60 properties", { properties: 60, deviation: 3, unseen: 0 }),
    words(ratings, { runs: 100 }),
  ];
  return worlds.flatMap(({ reward, sizes, draw }) =>
    sizes.map((pairs): Row => {
      const found = rates.flatMap((epsilon) =>
        seeds.map((seed) => {
          const margins = outOfFold(draw({ pairs, epsilon, seed }));
          return { epsilon, likelihood: byLikelihoodAlone(margins), rule: likeliestFlips(margins) };
        }),
      );
      const of = (name: "likelihood" | "rule") => {
        const reported = found.flatMap(({ epsilon, [name]: rate }) =>
          rate === null ? [] : [{ epsilon, rate }],
        );
        const off = reported.map(({ epsilon, rate }) => Math.abs(rate.epsilon - epsilon));
        const covered = reported.map(({ epsilon, rate }) =>
          Number(rate.lower <= epsilon && epsilon <= rate.upper),
        );
        return {
          [`${name}: reported`]: reported.length / found.length,
          [`${name}: covered`]: mean(covered),
          [`${name}: off by`]: mean(off),
          [`${name}: off by more than 10 points`]:
            reported.length === 0 ? null : off.filter((x) => x > 0.1).length,
        };
      };
      process.stderr.write(`planted flips: ${reward}, ${pairs} pairs\n`);
      return { part: "planted", reward, pairs, ...of("likelihood"), ...of("rule") };
    }),
  );
}
