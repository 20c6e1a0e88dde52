/*
 * Real ratings as pairs: which of two words is the more positive one, by the answer of a single rater.
 *
 * Ten raters gave each of 7,517 entries of the VADER lexicon a score from -4 to 4. A pair is judged by one of them, ties are left out, and
 * the mean of all ten stands for the truth: so that it is known how often a label is wrong, and of which pairs. More labels can be turned
 * by chance, which is a flip rate that must be found again.
 *
 *     npx node --conditions=minimand-source examples/rating-pairs.ts ratings.jsonl [FLIPS]   # writes pairs
 *     npx minimand compare ratings.jsonl --task preference
 *     npx node --conditions=minimand-source examples/rating-pairs.ts                         # tells what is known of them
 */

import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { dataFile } from "@minimand/data";
import { estimateFlipRate } from "@minimand/lab/solvers";
import { derive, randomSource } from "minimand/engine";

/** An entry of the lexicon, and the scores of its ten raters. */
export interface Rating {
  entry: string;
  scores: readonly number[];
}

/** A pair as one rater judged it. */
export interface RatingPair {
  chosen: string;
  rejected: string;
  /** How far the mean of the nine other raters is on the side of the label; negative where they contradict it. */
  others: number;
  /** The same of the mean of all ten, which the label's rater is one of. */
  all: number;
}

/** All entries, each once. */
export async function readRatings(): Promise<Rating[]> {
  const bytes = await readFile(dataFile("text/vader_lexicon.txt.gz"));
  const ratings = new Map<string, Rating>();
  for (const line of gunzipSync(bytes).toString("utf8").trim().split("\n")) {
    const [entry, , , scores] = line.split("\t");
    if (!ratings.has(entry)) ratings.set(entry, { entry, scores: JSON.parse(scores) });
  }
  return [...ratings.values()];
}

/**
 * Pairs of entries, each judged by a rater drawn for it. Entries are dealt out in sets, and compared within their set: a fold that tests
 * some sets tests entries that no other fold has seen.
 *
 * @param options `size` of a set; `flips`, the share of labels that are turned by chance; `seed`
 */
export function ratingPairs(
  ratings: readonly Rating[],
  { size = 6, flips = 0, seed = 1 }: { size?: number; flips?: number; seed?: number } = {},
): RatingPair[] {
  const next = randomSource(seed);
  const turned = randomSource(derive(seed, 1));
  const order = ratings.map((rating) => ({ rating, at: next() })).toSorted((a, b) => a.at - b.at);
  const pairs: RatingPair[] = [];
  for (let from = 0; from + size <= order.length; from += size)
    for (let i = from; i < from + size; i++)
      for (let j = i + 1; j < from + size; j++) {
        const [a, b] = [order[i].rating, order[j].rating];
        const rater = Math.floor(next() * a.scores.length);
        const judged = a.scores[rater] - b.scores[rater];
        if (judged === 0) continue;
        const sign = turned() < flips ? -Math.sign(judged) : Math.sign(judged);
        const sum = sumOf(a) - sumOf(b);
        const [chosen, rejected] = sign > 0 ? [a.entry, b.entry] : [b.entry, a.entry];
        pairs.push({ chosen, rejected, others: (sign * (sum - judged)) / 9, all: (sign * sum) / 10 });
      }
  return pairs;
}

/** What is known of the flips of these ratings, before any model. */
export interface RatingFacts {
  /** Of all pairs of entries and all raters, ties left out, how many labels contradict the mean of ten. */
  contradictions: number;
  /** The same by the distance of both means: from `from` to below `to`, and the share of the labels that are of such pairs. */
  byDistance: { from: number; to: number; share: number; contradictions: number }[];
  /** Of two labels of a pair how often they agree, and the rate which that would be if it were the same for all pairs. */
  agreement: number;
  rateOfAgreement: number;
}

const distances = [0, 0.5, 1, 2, 3, 9];

export function ratingFacts(ratings: readonly Rating[]): RatingFacts {
  const raters = ratings[0].scores.length;
  const scores = Int8Array.from(ratings.flatMap((rating) => rating.scores));
  const sums = ratings.map(sumOf);
  const counts = distances.slice(1).map(() => ({ labels: 0, against: 0 }));
  let [agreements, total] = [0, 0];
  for (let i = 0; i < ratings.length; i++)
    for (let j = i + 1; j < ratings.length; j++) {
      let [one, other] = [0, 0];
      for (let k = 0; k < raters; k++) {
        const judged = scores[i * raters + k] - scores[j * raters + k];
        if (judged > 0) one++;
        else if (judged < 0) other++;
      }
      agreements += (one * (one - 1) + other * (other - 1)) / 2;
      total += ((one + other) * (one + other - 1)) / 2;
      const difference = sums[i] - sums[j];
      if (difference === 0) continue;
      const bin = counts[distances.findIndex((to) => Math.abs(difference) < raters * to) - 1];
      bin.labels += one + other;
      bin.against += difference > 0 ? other : one;
    }
  const labels = counts.reduce((n, bin) => n + bin.labels, 0);
  return {
    contradictions: counts.reduce((n, bin) => n + bin.against, 0) / labels,
    byDistance: counts.map((bin, i) => ({
      from: distances[i],
      to: distances[i + 1],
      share: bin.labels / labels,
      contradictions: bin.against / bin.labels,
    })),
    agreement: agreements / total,
    rateOfAgreement: estimateFlipRate.fromAgreement({ agreements, total }).epsilon,
  };
}

/**
 * The flip rate of pairs by the likelihood of their labels, if the reward of an entry is what the other nine raters think of it, times a
 * scale that is found along with the rate. It is that of labels which no close call explains.
 */
export function rateOfPairs(pairs: readonly RatingPair[]): { epsilon: number; lower: number; upper: number } {
  const margins = pairs.map(({ others }) => others);
  const { epsilon, lower, upper } = estimateFlipRate.fromLikelihood(margins, { scale: "fitted" });
  return { epsilon, lower, upper };
}

function sumOf({ scores }: Rating): number {
  return scores.reduce((a, b) => a + b, 0);
}

if (import.meta.main) {
  const [file, flips = "0"] = process.argv.slice(2);
  const ratings = await readRatings();
  if (file !== undefined) {
    const pairs = ratingPairs(ratings, { flips: Number(flips) });
    const lines = pairs.map(({ chosen, rejected }) => JSON.stringify({ chosen, rejected }));
    await writeFile(file, `${lines.join("\n")}\n`);
    console.log(`${pairs.length} pairs`);
  } else {
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    const { contradictions, byDistance, agreement, rateOfAgreement } = ratingFacts(ratings);
    console.log(`a rater contradicts the mean of ten in ${percent(contradictions)} of the pairs`);
    for (const bin of byDistance)
      console.log(`  means ${bin.from} to ${bin.to} apart: ${percent(bin.contradictions)}`);
    console.log(`two raters agree in ${percent(agreement)}, a rate of ${percent(rateOfAgreement)}`);
    for (const planted of [0, 0.1, 0.2, 0.3]) {
      const { epsilon, lower, upper } = rateOfPairs(ratingPairs(ratings, { flips: planted }));
      console.log(
        `${percent(planted)} turned by chance: found ${percent(epsilon)} (${percent(lower)} to ${percent(upper)})`,
      );
    }
  }
}
