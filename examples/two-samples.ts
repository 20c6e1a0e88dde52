/*
 * Do two samples of flowers come from the same species?
 *
 * The Cauchy-Schwarz divergence of two samples of irises compares their kernel densities. A permutation test shows how often a random
 * division of the same flowers would be as far apart. It needs the kernel of all pairs of flowers only once.
 *
 *     npx node --conditions=minimand-source examples/two-samples.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { randomSource, shuffle } from "minimand/engine";
import { csDivergence, gaussianGram, medianHeuristic } from "minimand/losses";
import { startEngine } from "minimand/start";

const species = ["setosa", "versicolor", "virginica"];
const columns = 4;

/** Two samples, and how far apart they are. */
export interface Compared {
  samples: string;
  /** Width of the kernel: the median distance of the flowers. */
  sigma: number;
  /** By the loss, and by the sums of the kernel of all pairs. */
  divergence: number;
  ofGram: number;
  /** Share of random divisions that are at least as far apart. */
  p: number;
}

export async function twoSamples({ divisions = 500, seed = 1 } = {}): Promise<Compared[]> {
  const rows = await irises();
  const of = (kind: number) =>
    rows.filter((row) => row[columns] === kind).map((row) => row.slice(0, columns));
  const halves = (kind: number) => {
    const own = of(kind);
    const order = shuffle(
      own.map((_, i) => i),
      randomSource(seed),
    );
    return [order.slice(0, own.length / 2), order.slice(own.length / 2)].map((ids) => ids.map((i) => own[i]));
  };
  const cases: { [name: string]: number[][][] } = {};
  species.forEach((name, kind) => {
    cases[`two halves of ${name}`] = halves(kind);
  });
  // Half of each, so that all samples have the same size.
  cases["versicolor and virginica"] = [halves(1)[0], halves(2)[0]];
  cases["setosa and versicolor"] = [halves(0)[0], halves(1)[0]];
  const compared: Compared[] = [];
  for (const [samples, [a, b]] of Object.entries(cases)) {
    const all = [...a, ...b];
    const sigma = medianHeuristic(arrayOf(all));
    const gram = (await gaussianGram(arrayOf(all), arrayOf(all), { sigma }).data()) as Float32Array;
    const next = randomSource(seed);
    const places = all.map((_, i) => i);
    const ofGram = divergenceOf(gram, places, a.length);
    const farther = Array.from({ length: divisions }, () =>
      divergenceOf(gram, shuffle(places, next), a.length),
    );
    compared.push({
      samples,
      sigma,
      divergence: csDivergence(arrayOf(a), arrayOf(b), { sigma }).item(),
      ofGram,
      p: (1 + farther.filter((value) => value >= ofGram).length) / (1 + divisions),
    });
  }
  return compared;
}

/** The divergence of the first rows of an order from the rest, by sums of the kernel. */
function divergenceOf(gram: Float32Array, order: ArrayLike<number>, first: number): number {
  const rows = order.length;
  let [within, between, rest] = [0, 0, 0];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++) {
      const value = gram[order[i] * rows + order[j]];
      if (i < first && j < first) within += value;
      else if (i >= first && j >= first) rest += value;
      else between += value / 2;
    }
  const [n, m] = [first, rows - first];
  return Math.log(within / n ** 2) + Math.log(rest / m ** 2) - 2 * Math.log(between / (n * m));
}

const arrayOf = (rows: readonly number[][]): np.Array =>
  np.array(Float32Array.from(rows.flat()), { shape: [rows.length, columns] });

/** 150 flowers: four measurements in cm, and the number of the species. */
async function irises(): Promise<number[][]> {
  const text = gunzipSync(await readFile(dataFile("iris.csv.gz"))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
}

if (import.meta.main) {
  await startEngine();
  console.log("samples                     width   divergence        p");
  for (const { samples, sigma, divergence, p } of await twoSamples())
    console.log(
      `${samples.padEnd(25)} ${sigma.toFixed(2).padStart(7)} ${divergence.toFixed(4).padStart(12)} ${p.toFixed(3).padStart(8)}`,
    );
}
