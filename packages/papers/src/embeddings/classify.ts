import { numpy as np } from "@jax-js/jax";
import { type Embed, HypersphereClassifier } from "minimand/models";
import { taken } from "../kit/rows.ts";
import type { Part } from "./material.ts";

/* Classification of embeddings by class means, in cosines (the library's classifier) and in Euclidean distance. */

/** Embeddings with class ids; `features` numbers a row. */
export interface Embedded extends Part {
  features: number;
}

/** The rows of a part. */
export function pick({ x, y, features }: Embedded, rows: readonly number[]): Embedded {
  return { x: taken(x, features, rows), y: Int32Array.from(rows, (row) => y[row]), features };
}

/** Rows by class id. */
export function rowsByClass({ y }: Part): number[][] {
  const rows: number[][] = Array.from({ length: y.reduce((a, b) => Math.max(a, b), 0) + 1 }, () => []);
  y.forEach((k, row) => {
    rows[k].push(row);
  });
  return rows;
}

/** Accuracy of old classes and of new ones, all of them to choose from. */
export interface Joint {
  old: number;
  new: number;
}

/** Harmonic mean: near 0 where one of the two is. */
export function harmonic({ old, new: added }: Joint): number {
  return old + added === 0 ? 0 : (2 * old * added) / (old + added);
}

/** What is asked of a set of embeddings under one way of comparing them. */
export interface Comparison {
  /** Only new classes, from the support given; accuracy on the queries. */
  disjoint(support: Embedded, query: Embedded): Promise<number>;
  /** Class means of old examples beside means of the support. */
  joint(means: Embedded, support: Embedded, old: Embedded, query: Embedded): Promise<Joint>;
}

const array = ({ x, y, features }: Embedded): np.Array =>
  np.array(x as Float32Array<ArrayBuffer>, { shape: [y.length, features] });
// What is given are embeddings already.
const identity: Embed = (x) => x;

function byClass(part: Embedded, prefix: string): Record<string, np.Array> {
  const groups = rowsByClass(part).map((rows, k) => [`${prefix} ${k}`, array(pick(part, rows))] as const);
  return Object.fromEntries(groups);
}

/** The share of rows for which the predicted id is the label, shifted by the ids before. */
export async function accuracyOf(of: HypersphereClassifier, part: Embedded, shift = 0): Promise<number> {
  const ids = await of.predict(array(part));
  return ids.filter((id, i) => id === part.y[i] + shift).length / ids.length;
}

/** A classifier of trained directions; `centers` `[features][classes]`. */
export function classifierOf(centers: Float32Array, features: number): Promise<HypersphereClassifier> {
  const shape = [features, centers.length / features];
  const directions = np.array(centers as Float32Array<ArrayBuffer>, { shape });
  return HypersphereClassifier.fromCenters(identity, directions);
}

/** A classifier of class means. */
export async function classifierOfMeans(means: Embedded): Promise<HypersphereClassifier> {
  const { features } = means;
  // Any classifier of the same body starts a new task.
  const start = np.eye(features, 2);
  return (await HypersphereClassifier.fromCenters(identity, start)).newTask(byClass(means, "old"));
}

/** Adds the classes of the support, and how old and new examples fare then. */
export async function joined(
  classifier: HypersphereClassifier,
  support: Embedded,
  { old, query, held }: { old: Embedded; query: Embedded; held?: Embedded },
): Promise<Joint> {
  const before = classifier.classNames.length;
  for (const [name, examples] of Object.entries(byClass(support, "new")))
    await classifier.addClass(name, examples);
  if (held !== undefined) await classifier.chooseNovelBias(array(held), held.y);
  return { old: await accuracyOf(classifier, old), new: await accuracyOf(classifier, query, before) };
}

/** Largest cosine of each example, for rejection. */
export const largestCosines = async (of: HypersphereClassifier, part: Embedded): Promise<Float64Array> =>
  (await of.recognize(array(part))).cosines;

/** Replaces trained directions by class means. */
export const recentred = (of: HypersphereClassifier, means: Embedded): Promise<HypersphereClassifier> =>
  of.recenter(array(means), means.y);

/** By the cosine to the normalised mean of normalised embeddings. */
export const cosine: Comparison = {
  disjoint: async (support, query) => accuracyOf(await classifierOfMeans(support), query),
  joint: async (means, support, old, query) =>
    joined(await classifierOfMeans(means), support, { old, query }),
};

/** By the Euclidean distance to the mean. */
export const euclidean: Comparison = {
  disjoint: async (support, query) => share(query, meansOf(support)),
  async joint(means, support, old, query) {
    const first = meansOf(means);
    const all = [...first, ...meansOf(support)];
    return { old: share(old, all), new: share(query, all, first.length) };
  },
};

function meansOf(part: Embedded): Float64Array[] {
  return rowsByClass(part).map((rows) => {
    const mean = new Float64Array(part.features);
    for (const row of rows)
      for (let k = 0; k < part.features; k++) mean[k] += part.x[row * part.features + k] / rows.length;
    return mean;
  });
}

/** The share of rows whose nearest mean is that of the label, shifted by the means before. */
function share({ x, y, features }: Embedded, means: readonly Float64Array[], shift = 0): number {
  const right = y.filter(
    (k, i) => nearest(means, x.subarray(i * features, (i + 1) * features)) === k + shift,
  );
  return right.length / y.length;
}

function nearest(means: readonly Float64Array[], row: Float32Array): number {
  let [best, least] = [0, Infinity];
  means.forEach((mean, j) => {
    let distance = 0;
    for (let k = 0; k < mean.length; k++) distance += (row[k] - mean[k]) ** 2;
    if (distance < least) [best, least] = [j, distance];
  });
  return best;
}
