import { numpy as np, random } from "@jax-js/jax";
import {
  daleLangevinStep,
  logNormalMarginal,
  logNormalPrior,
  sampleAdditive,
  sampleMultiplicative,
  unconstrainedStep,
} from "@minimand/lab/generative";
import type { Model } from "minimand";
import { derive, keyOf, randomSource } from "minimand/engine";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Arm, arms } from "./arms.ts";
import {
  clothesOf,
  columnMoments,
  countOf,
  digitsOf,
  independent,
  moons,
  type Rows,
  rowsAt,
  uniformPixels,
} from "./data.ts";
import { classifierOf } from "./features.ts";
import { energyDistance, nearestOf, type Quality, qualityOf } from "./judging.ts";
import { motion, type Noise, pictureNet, scoreMlp, type Trained, trainScores } from "./networks.ts";
import { clothesTest, exactData, exactSteps, pointWidth, type Sizes, sigma } from "./settings.ts";
import { type SpeckleScores, speckleScores } from "./speckle.ts";

/** The chain on log-normal data with exact scores. */
export interface ExactSpec {
  part: "exact";
}

export interface ExactResult {
  part: "exact";
  /** By the number of steps: mean and variance of the logarithm that the chain ends with. */
  ends: { steps: number; mean: number; variance: number }[];
  /** Shares of factors below 0 in long steps, 10 of them to time 0. */
  turned: { daleLangevin: number; unconstrained: number };
}

/** Points in the plane. */
export interface PointsSpec {
  part: "points";
  seed: number;
  sizes: Sizes;
}

export interface PointsResult {
  part: "points";
  /** Energy distance to fresh data, by arm; of data drawn anew; of independent columns. */
  energy: { [arm: string]: number };
  fresh: number;
  independent: number;
  turned: { [arm: string]: number };
}

/** Pictures: the digits, or clothes. */
export interface PicturesSpec {
  part: "digits" | "clothes";
  seed: number;
  sizes: Sizes;
}

export interface PicturesResult {
  part: "digits" | "clothes";
  accuracy: number;
  loss: Record<Noise, number>;
  quality: { [arm: string]: Quality };
  /** References: training rows, independent pixels, uniform noise. */
  references: { [name: string]: Quality };
  speckle: SpeckleScores[];
  /** Grey levels of 20 samples of an arm, row by row, for the sheet, and of the training pictures nearest to them; of the first seed. */
  sheets: { [arm: string]: number[] };
}

function exactTrial(_: ExactSpec): ExactResult {
  const at = (t: number) => logNormalMarginal({ motion, ...exactData, t });
  const matrix = (value: number): np.Array => np.array([[value]], { dtype: np.float64 });
  const ends = exactSteps.map((steps) => {
    let { mean, variance } = at(1);
    for (let k = steps; k >= 1; k--) {
      const { score } = at(k / steps);
      // A step is affine in log x and the noise.
      const next = (y: number, z: number): number => {
        const x = matrix(Math.exp(y));
        const options = { motion, delta: 1 / steps, noise: matrix(z) };
        return Math.log(daleLangevinStep(x.ref, score(x), options).item());
      };
      const middle = next(mean, 0);
      const [slope, spread] = [next(mean + 1, 0) - middle, next(mean, 1) - middle];
      [mean, variance] = [middle, slope ** 2 * variance + spread ** 2];
    }
    return { steps, mean, variance };
  });
  const [samples, steps] = [4000, 10];
  const turnedBy = (step: typeof daleLangevinStep): number => {
    const prior = at(1);
    const start = random.normal(keyOf(1), [samples, 1]).mul(Math.sqrt(prior.variance)).add(prior.mean);
    const x = np.exp(start);
    const options = { motion, delta: 1 / steps, noise: random.normal(keyOf(2), [samples, 1]).mul(4) };
    const values = step(x.ref, prior.score(x), options).dataSync();
    return values.filter((value) => value <= 0).length / samples;
  };
  return {
    part: "exact",
    ends,
    turned: { daleLangevin: turnedBy(daleLangevinStep), unconstrained: turnedBy(unconstrainedStep) },
  };
}

/** Trains networks for both kinds of noise in the same way. */
async function networksOf(
  rows: Rows,
  spec: { seed: number; layers: Model; steps: number },
  { compile, signal }: TrialHost,
): Promise<Record<Noise, Trained>> {
  const train = (kind: Noise) => trainScores(rows, kind, { ...spec, compile, signal });
  return { multiplicative: await train("multiplicative"), additive: await train("additive") };
}

/** Draws samples of an arm, and counts those of their numbers that aren't positive. */
async function samplesOf(
  arm: Arm,
  data: Rows,
  networks: Record<Noise, Trained>,
  { seed, count, steps }: { seed: number; count: number; steps: number },
): Promise<Rows & { turned: number }> {
  const all = (): np.Array => np.array(data.x, { shape: [countOf(data), data.d] });
  const network = networks[arm.kind];
  const key = keyOf(seed, 8);
  const samples = await (async (): Promise<np.Array> => {
    if (arm.sampler !== null) {
      const prior = logNormalPrior(all(), { motion, mode: arm.mode });
      return sampleMultiplicative(network.at, key, prior.sample(keyOf(seed, 7), count), {
        motion,
        sampler: arm.sampler,
        steps,
      });
    }
    const { mean, variance } = columnMoments(data.x, data.d);
    const start = random
      .normal(keyOf(seed, 7), [count, data.d])
      .mul(Math.sqrt(variance + sigma ** 2))
      .add(np.array(mean).reshape([1, data.d]));
    return sampleAdditive(network.at, key, start, { sigma, steps });
  })();
  const x = Float32Array.from(await samples.data());
  return { x, d: data.d, turned: x.filter((value) => !(value > 0)).length };
}

async function pointsTrial({ seed, sizes }: PointsSpec, host: TrialHost): Promise<PointsResult> {
  const { samples, pointSteps: steps, sampling } = sizes;
  const data = moons(2000, derive(seed, 10));
  const [test, fresh] = [moons(samples, derive(seed, 11)), moons(samples, derive(seed, 12))];
  const networks = await networksOf(data, { seed, layers: scoreMlp(2, pointWidth), steps }, host);
  const result: PointsResult = {
    part: "points",
    energy: {},
    fresh: energyDistance(fresh, test),
    independent: energyDistance(independent(data, samples, randomSource(derive(seed, 13))), test),
    turned: {},
  };
  for (const arm of arms) {
    const drawn = await samplesOf(arm, data, networks, { seed, count: samples, steps: sampling });
    result.energy[arm.id] = energyDistance(drawn, test);
    result.turned[arm.id] = drawn.turned;
  }
  for (const network of Object.values(networks)) network.dispose();
  return result;
}

/** Samples on a sheet. */
const shown = 20;

/** Returns the first rows. */
const first = ({ x, d }: Rows, count: number): Rows => ({ x: x.slice(0, d * count), d });

async function picturesTrial(spec: PicturesSpec, host: TrialHost): Promise<PicturesResult> {
  const { part, seed, sizes } = spec;
  const isClothes = part === "clothes";
  const pictures = isClothes
    ? await clothesOf(host, seed, { train: sizes.train, test: clothesTest })
    : await digitsOf(host, seed, sizes.train);
  const { train, test } = pictures;
  const classifier = await classifierOf(pictures, sizes.epochs, host);
  const real = { seen: await classifier.see(test) };
  const { samples: count, width, steps, sampling } = sizes;
  const layers = (isClothes ? pictureNet : scoreMlp)(train.d, width);
  const networks = await networksOf(train, { seed, layers, steps }, host);
  const cut = ({ x, d }: Rows): Rows => ({ x: x.map((value) => Math.min(2, Math.max(1, value))), d });
  const judged = async (rows: Rows, turned = 0): Promise<Quality> => {
    const own = cut(rows);
    return qualityOf(own, await classifier.see(own), real, train, turned);
  };
  const result: PicturesResult = {
    part,
    accuracy: classifier.accuracy,
    loss: { multiplicative: networks.multiplicative.loss, additive: networks.additive.loss },
    quality: {},
    references: {},
    speckle: [],
    sheets: {},
  };
  for (const arm of arms) {
    const drawn = await samplesOf(arm, train, networks, { seed, count, steps: sampling });
    result.quality[arm.id] = await judged(drawn, drawn.turned);
    if (seed !== 0) continue;
    const own = first(cut(drawn), shown);
    result.sheets[arm.id] = [...own.x];
    if (arm === arms[0])
      result.sheets["nearest of the training"] = [...rowsAt(train, nearestOf(own, train).rows).x];
  }
  const next = randomSource(derive(seed, 9));
  result.references["of the training"] = await judged(first(train, count));
  result.references["independent pixels"] = await judged(independent(train, count, next));
  result.references["uniform noise"] = await judged(uniformPixels(count, train.d, next));
  if (seed === 0) result.sheets["of the test"] = [...first(test, shown).x];
  if (sizes.speckled > 0)
    result.speckle = await speckleScores(
      first(test, sizes.speckled),
      first(train, sizes.speckled),
      networks,
      seed,
    );
  for (const network of Object.values(networks)) network.dispose();
  classifier.dispose();
  return result;
}

/** Runs one trial of any part; the same spec gives the same result. */
export const trial = trialOf({
  exact: exactTrial,
  points: pointsTrial,
  digits: picturesTrial,
  clothes: picturesTrial,
});
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a finished trial in the progress. */
export const describe = (spec: Spec): string =>
  spec.part === "exact" ? "exact scores" : `${spec.part}, seed ${spec.seed}`;
