/*
 * Sparse codes of image patches in a fifth of the iterations, learnt without a single true code.
 *
 * Patches of handwritten digits are written as sums of few cosines, out of four times as many as a patch has pixels. Which few is what
 * ISTA finds, in hundreds of iterations. Here its step sizes, one a layer, are trained on the patches alone, by the objective that ISTA
 * minimises; then it is counted how many plain iterations come as far on patches that were never trained on.
 *
 *     npx node --conditions=minimand-source examples/sparse-coding.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  fista,
  type Iteration,
  ista,
  loadUnfolded,
  type Matrix,
  runIteration,
  saveUnfolded,
  trainUnfolded,
  unfold,
  unfoldedStep,
  unsupervisedLoss,
} from "@minimand/lab/solvers";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { readIdx } from "@minimand/papers";
import { adam, type Batch, predictor } from "minimand";
import { type Compile, derive, disposeTree, keyOf, randomSource } from "minimand/engine";
import { startEngine } from "minimand/start";

const side = 8;
const pixels = side * side;
const lambda = 0.2;
const batch = 64;

export interface SparseCodingSettings {
  /** Layers of the network: how many iterations a code may cost. */
  layers?: number;
  /** Batches for each layer. */
  batches?: number;
  /** Patches to judge by. */
  test?: number;
  /** The engine's own unless given. */
  compile?: Compile;
}

/** What came out, on patches of images that weren't trained on. */
export interface SparseCodingResult {
  layers: number;
  /** Mean objective behind the last layer: trained, of plain ISTA in as many iterations, and of ISTA converged. */
  objective: { trained: number; plain: number; converged: number };
  /** Plain iterations until the objective is as low; null where a thousand are not enough. */
  iterations: { ista: number | null; fista: number | null };
  /** Mean number of cosines a patch, and the share of a patch's squares that they leave out. */
  cosines: number;
  missing: number;
  /** What loading the trained steps said, for this dictionary and for one with an atom less. */
  warnings: { same: number; other: number };
}

export async function sparseCoding(settings: SparseCodingSettings = {}): Promise<SparseCodingResult> {
  const { layers = 12, batches = 150, test = 500, compile } = settings;
  const dictionary = cosineDictionary(side, 2 * side);
  const network = unfold({ ...ista(dictionary, { lambda }), layers });
  const [train, judged] = [await patchesOf("mnist-train"), (await patchesOf("mnist-test"))(test, 0)];

  // There are no codes to compare with: what stands for them is not looked at.
  const step = unfoldedStep({ network, loss: unsupervisedLoss(network), compile, optimizer: adam(0.02) });
  const { params } = await trainUnfolded({
    network,
    step,
    *batches(generation): Generator<Batch> {
      for (let i = 0; i < batches; i++) {
        const x = arrayOf(train(batch, derive(generation, i)));
        yield { x, y: np.zeros([batch]), weights: np.ones([batch]), ids: new Int32Array(batch), rows: batch };
      }
    },
  });
  step.dispose();

  const { state } = network.init(keyOf(0));
  const forward = predictor(network, compile);
  const codes = forward(params, state, arrayOf(judged));
  const values = unsupervisedLoss(network)(codes.ref, {
    y: arrayOf(judged),
    signals: np.zeros([test]),
    system: state as { [name: string]: np.Array },
  });
  const trained = mean(await values.data());
  const { cosines, missing } = await described(codes, dictionary, judged);
  forward.dispose();

  const curve = async (iteration: Iteration): Promise<number[]> => {
    const { x, objectives } = await runIteration(iteration, arrayOf(judged), { iterations: 1000, compile });
    x.dispose();
    return (objectives ?? []).map(mean);
  };
  const until = (curve: readonly number[]): number | null => {
    const found = curve.findIndex((value) => value <= trained);
    return found === -1 ? null : found;
  };
  const [slow, fast] = [
    await curve(ista(dictionary, { lambda })),
    await curve(fista(dictionary, { lambda })),
  ];

  // Steps are learnt for a dictionary, and say so where they meet another one.
  const bytes = await saveUnfolded(network, params);
  const smaller = { shape: [pixels, dictionary.shape[1]], data: dictionary.data.slice() };
  for (let i = 0; i < pixels; i++) smaller.data[(i + 1) * smaller.shape[1] - 1] = 0;
  const warningsFor = (own: Matrix): number => {
    let warnings = 0;
    const other = unfold({ ...ista(own, { lambda }), layers });
    disposeTree(loadUnfolded(other, bytes, { warn: () => warnings++ }));
    return warnings;
  };
  const result = {
    layers,
    objective: { trained, plain: slow[layers], converged: slow.at(-1)! },
    iterations: { ista: until(slow), fista: until(fast) },
    cosines,
    missing,
    warnings: { same: warningsFor(dictionary), other: warningsFor(smaller) },
  };
  disposeTree(params);
  return result;
}

/** `size * size` pixels by `frequencies * frequencies` products of two cosines, each of length 1. */
export function cosineDictionary(size: number, frequencies: number): Matrix {
  const waves = Array.from({ length: frequencies }, (_, k) => {
    const wave = Array.from({ length: size }, (_, i) => Math.cos((Math.PI * k * (i + 0.5)) / frequencies));
    const length = Math.hypot(...wave);
    return wave.map((value) => value / length);
  });
  const data = new Float32Array((size * frequencies) ** 2);
  let at = 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      for (const down of waves) for (const across of waves) data[at++] = down[row] * across[column];
  return { shape: [size * size, frequencies * frequencies], data };
}

interface Patches {
  rows: number;
  data: Float32Array<ArrayBuffer>;
}

/** Patches of random places of the images of a file, those without a stroke left out, by number and seed. */
async function patchesOf(name: string): Promise<(rows: number, seed: number) => Patches> {
  const file = async (kind: string) =>
    new Uint8Array(gunzipSync(await readFile(dataFile(`images/${name}-${kind}.gz`))));
  const images = readIdx(await file("images.idx3"), await file("labels.idx1"), name);
  return (rows, seed) => {
    const next = randomSource(seed);
    const below = (count: number): number => Math.floor(next() * count);
    const data = new Float32Array(rows * pixels);
    for (let row = 0; row < rows; ) {
      const first = below(images.count) * images.height * images.width;
      const corner = first + below(images.height - side + 1) * images.width + below(images.width - side + 1);
      const patch = data.subarray(row * pixels, (row + 1) * pixels);
      for (let i = 0; i < pixels; i++)
        patch[i] = images.pixels[corner + Math.floor(i / side) * images.width + (i % side)] / 255;
      if (mean(patch) > 0.05) row++;
    }
    return { rows, data };
  };
}

const arrayOf = ({ rows, data }: Patches): np.Array => np.array(data, { shape: [rows, pixels] });

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** How many cosines a patch has, and what share of its squares they leave out. Consumes the codes. */
async function described(codes: np.Array, { shape, data }: Matrix, patches: Patches) {
  const found = await codes.data();
  const atoms = shape[1];
  let used = 0;
  let left = 0;
  let all = 0;
  for (let row = 0; row < patches.rows; row++) {
    const code = found.subarray(row * atoms, (row + 1) * atoms);
    for (const value of code) used += Number(value !== 0);
    for (let i = 0; i < pixels; i++) {
      const pixel = patches.data[row * pixels + i];
      let sum = 0;
      for (let k = 0; k < atoms; k++) sum += data[i * atoms + k] * code[k];
      left += (pixel - sum) ** 2;
      all += pixel ** 2;
    }
  }
  return { cosines: used / patches.rows, missing: left / all };
}

if (import.meta.main) {
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });
  const started = performance.now();
  const { layers, objective, iterations, cosines, missing, warnings } = await sparseCoding({ compile });
  const seconds = (performance.now() - started) / 1000;
  const digits = (value: number): string => value.toFixed(4);
  console.log(`${layers} learnt iterations:      objective ${digits(objective.trained)}`);
  console.log(
    `${layers} iterations of ISTA:     ${digits(objective.plain)}, converged ${digits(objective.converged)}`,
  );
  console.log(
    `as low as the learnt ones: ISTA after ${iterations.ista} iterations, FISTA after ${iterations.fista}`,
  );
  console.log(
    `a patch is ${cosines.toFixed(1)} of 256 cosines, which leave out ${(100 * missing).toFixed(1)} % of it`,
  );
  console.log(`saved steps: ${warnings.same} warnings for their dictionary, ${warnings.other} for another`);
  console.log(`${seconds.toFixed(1)} seconds`);
}
