/*
 * How strongly each pair of preferences pulls, and what that does where one label in four is wrong.
 *
 * Ten raters scored words of the VADER lexicon, which gives ten labels for each pair of a set of six words. One label in four is turned
 * around, and a policy over each set learns from them by the gradient weights of four losses. The program prints how often the rewards
 * that the policy implies agree with the labels and with the mean of all raters, and how likely the policy finds the ranking by that mean.
 * For one set of words it also solves the max-min problem of RPO, whose adversary lowers rewards that few pairs support.
 *
 *     npx node --conditions=minimand-source examples/preference-gradients.ts
 */

import { numpy as np } from "@jax-js/jax";
import { rpoMaximin, rpoObjective } from "@minimand/lab/solvers";
import { randomSource, shuffle } from "minimand/engine";
import { implicitRewards, pairGradientWeights, plackettLuceNll } from "minimand/losses";
import { startEngine } from "minimand/start";
import { type Rating, readRatings } from "./rating-pairs.ts";

const size = 6;
const beta = 0.5;
const rate = 0.1;
/** Share of labels that are turned. */
export const flips = 0.25;
export const losses = ["dpo", "conservative", "robust", "noise-aware"] as const;
type Loss = (typeof losses)[number];

/** What the policy of a loss has learnt. */
export interface Learnt {
  loss: Loss;
  /** Shares of pairs in which the chosen response has the larger reward: by the labels learnt from, and by the mean of ten. */
  labels: number;
  truth: number;
  /** Mean difference of the rewards, larger one minus smaller one. */
  margin: number;
  /** Mean negative log-likelihood of the ranking by the mean of ten; that of a policy that knows nothing is log 720. */
  ranking: number;
}

/** Weights of pairs at these margins by each loss. */
export async function weightsAt(margins: readonly number[]): Promise<{ [loss: string]: number[] }> {
  const found: { [loss: string]: number[] } = {};
  for (const loss of losses) found[loss] = await weightsOf(loss, margins);
  return found;
}

async function weightsOf(loss: Loss, margins: readonly number[]): Promise<number[]> {
  const weights = pairGradientWeights(np.array(Float32Array.from(margins)), { loss, beta, epsilon: flips });
  return Array.from(await weights.data());
}

interface Pair {
  chosen: number;
  rejected: number;
  /** Whether the mean of ten raters agrees; null where it is a tie. */
  right: boolean | null;
}

export async function preferenceGradients({ steps = 150, sets = 40, seed = 1 } = {}): Promise<Learnt[]> {
  const ratings = await readRatings();
  const order = shuffle(
    ratings.map((_, i) => i),
    randomSource(seed),
  );
  const words = order.slice(0, sets * size).map((i) => ratings[i]);
  const means = words.map(({ scores }) => mean(scores));
  const pairs = labelled(words, means, seed);
  const rows: Learnt[] = [];
  for (const loss of losses) {
    // Scores of a softmax over each set; the reference finds all six equally likely.
    const scores = new Float64Array(words.length);
    for (let step = 0; step < steps; step++) {
      const margins = pairs.map(({ chosen, rejected }) => scores[chosen] - scores[rejected]);
      const weights = await weightsOf(loss, margins);
      pairs.forEach(({ chosen, rejected }, i) => {
        scores[chosen] += rate * beta * weights[i];
        scores[rejected] -= rate * beta * weights[i];
      });
    }
    const { accuracy, margin } = implicitRewards(logpsOf(scores, pairs), { beta });
    const [right, margins] = [await accuracy.data(), await margin.data()];
    const clear = pairs
      .map((pair, i) => ({ ...pair, found: right[i] === 1 }))
      .filter((pair) => pair.right !== null);
    rows.push({
      loss,
      labels: mean(right),
      truth: mean(clear.map((pair) => Number(pair.found === pair.right))),
      margin: mean(margins.map(Math.abs)),
      ranking: await likelihood(scores, means),
    });
  }
  return rows;
}

/** Mean negative log-likelihood of the rankings of all sets by their means. */
async function likelihood(scores: Float64Array, means: readonly number[]): Promise<number> {
  const sets = scores.length / size;
  const ranking = Int32Array.from(
    Array.from({ length: sets }, (_, set) => {
      const own = means.slice(set * size, (set + 1) * size);
      return own.map((_, i) => i).sort((a, b) => own[b] - own[a]);
    }).flat(),
  );
  const nll = plackettLuceNll(np.array(Float32Array.from(scores), { shape: [sets, size] }), {
    ranking: np.array(ranking, { shape: [sets, size], dtype: np.int32 }),
  });
  return mean(await nll.data());
}

/** The adversary's objective for one set of words, at no reward and at the reward that minimises it, and the policy then. */
export async function adversary({ radius = 3, seed = 1 } = {}) {
  const words = (await readRatings()).slice(0, size);
  const means = words.map(({ scores }) => mean(scores));
  const pairs = labelled(words, means, seed);
  const data = {
    context: pairs.map(() => 0),
    chosen: pairs.map(({ chosen }) => chosen),
    rejected: pairs.map(({ rejected }) => rejected),
  };
  const even = [Array<number>(size).fill(1 / size)];
  const setting = { refPolicy: even, basePolicy: even, d0: [1], beta, eta: 0.1 };
  const { reward, policy } = rpoMaximin(data, { ...setting, radius });
  const [none, least] = [[Array<number>(size).fill(0)], reward].map((at) => rpoObjective(data, setting, at));
  return { means, none: none.value, least: least.value, policy: policy[0] };
}

/** Log-probabilities of both responses of each pair under the policy and under the reference. */
function logpsOf(scores: Float64Array, pairs: readonly Pair[]) {
  const logps = scores.map((score, i) => {
    const set = scores.subarray(size * Math.floor(i / size), size * Math.floor(i / size) + size);
    return score - Math.log(set.reduce((sum, value) => sum + Math.exp(value), 0));
  });
  const array = (of: (pair: Pair) => number) => np.array(Float32Array.from(pairs, of));
  return {
    policyChosen: array(({ chosen }) => logps[chosen]),
    policyRejected: array(({ rejected }) => logps[rejected]),
    refChosen: array(() => -Math.log(size)),
    refRejected: array(() => -Math.log(size)),
  };
}

/** What each rater says of each pair within a set, ties left out, and some of it turned. */
function labelled(words: readonly Rating[], means: readonly number[], seed: number): Pair[] {
  const next = randomSource(seed);
  const pairs: Pair[] = [];
  for (let i = 0; i < words.length; i++)
    for (let j = i + 1; j < size * Math.ceil((i + 1) / size); j++)
      words[i].scores.forEach((score, rater) => {
        const judged = score - words[j].scores[rater];
        if (judged === 0) return;
        const [chosen, rejected] = judged > 0 === next() >= flips ? [i, j] : [j, i];
        pairs.push({
          chosen,
          rejected,
          right: means[i] === means[j] ? null : means[chosen] > means[rejected],
        });
      });
  return pairs;
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

if (import.meta.main) {
  await startEngine();
  const margins = [-8, -2, 0, 2, 8];
  console.log(
    `weights of pairs at margins      ${margins.map((margin) => String(margin).padStart(8)).join("")}`,
  );
  for (const [loss, weights] of Object.entries(await weightsAt(margins)))
    console.log(`  ${loss.padEnd(30)} ${weights.map((weight) => weight.toFixed(3).padStart(8)).join("")}`);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(9);
  console.log("loss            labels    truth   margin  ranking");
  for (const { loss, labels, truth, margin, ranking } of await preferenceGradients())
    console.log(
      `${loss.padEnd(13)}${percent(labels)}${percent(truth)}${margin.toFixed(2).padStart(9)}${ranking.toFixed(3).padStart(9)}`,
    );
  const { none, least, policy, means } = await adversary();
  console.log(`knowing nothing                          ${Math.log(720).toFixed(3).padStart(8)}`);
  console.log(
    `RPO's adversary for six words: objective ${none.toFixed(3)} at no reward, ${least.toFixed(3)} at the least`,
  );
  policy.forEach((share, i) => {
    console.log(`  mean rating ${means[i].toFixed(1).padStart(5)}: ${percent(share)} of the best policy`);
  });
}
