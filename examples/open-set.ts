/*
 * A classifier meets classes that did not exist when it was trained.
 *
 * Trains on the digits 0 to 6, takes in 7 and 8 from five examples each, without any training, and is asked to reject 9,
 * which it has never seen.
 *
 *     npx node --conditions=minimand-source examples/open-set.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { type Images, readIdx } from "@minimand/papers";
import {
  adam,
  fit,
  marginCrossEntropy,
  minibatches,
  mlp,
  objectiveOf,
  predictor,
  supervised,
} from "minimand";
import { disposeTree, keyOf, type Tree } from "minimand/engine";
import { openSetAuroc, openSetClassificationRate } from "minimand/metrics";
import { cosineClassifier, HypersphereClassifier } from "minimand/models";

const pixels = 28 * 28;
const features = 32;
const trained = [0, 1, 2, 3, 4, 5, 6];
const added = [7, 8];
const unknown = 9;

/** What came out, shares of test images. */
export interface OpenSetResult {
  /** Trained digits among themselves, before any class was added. */
  closed: number;
  /** Trained digits and added ones, with all of them to choose from. */
  old: number;
  new: number;
  /** The chance that a known digit has a larger best cosine than an unknown one. */
  auroc: number;
  oscr: number;
  /** Of the unknown digit, with a threshold that keeps 95 % of held-out trained digits. */
  rejected: number;
}

export async function openSet({ epochs = 4, examples = 5, seed = 1 } = {}): Promise<OpenSetResult> {
  const [train, test] = [await imagesOf("mnist-train"), await imagesOf("mnist-test")];
  // The last tenth of the trained digits' images is held out to choose the bias and the threshold.
  const rows = rowsOf(train, trained);
  const [fitted, held] = [rows.slice(0, 0.9 * rows.length), rows.slice(0.9 * rows.length)];

  const body = mlp({ inputs: pixels, hidden: [128], outputs: features });
  const model = cosineClassifier(body, { features, classes: trained.length });
  const step = supervised({
    model,
    objective: objectiveOf(model, (cosines, y, { weights }) =>
      marginCrossEntropy(cosines, y, { weights, scale: 16, margin: { kind: "cosface", m: 0.2 } }),
    ),
    optimizer: adam(2e-3),
  });
  const batches = minibatches(
    { x: inputs(train, fitted), shape: [pixels], y: labels(train, fitted), classes: trained.length },
    { size: 128, seed },
  );
  let state = step.init(keyOf(seed));
  for (let epoch = 0; epoch < epochs; epoch++) {
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }

  const forward = predictor(body);
  const { body: params, centers } = step.params(state) as { body: Tree; centers: np.Array };
  const classifier = await HypersphereClassifier.fromCenters((x) => forward(params, {}, x), centers.ref, {
    classNames: trained.map(String),
  });
  const accuracy = async (digits: readonly number[]): Promise<number> => {
    const own = rowsOf(test, digits);
    const ids = await classifier.predict(array(test, own));
    return (
      own.filter((row, i) => classifier.classNames[ids[i]] === String(test.labels[row])).length / own.length
    );
  };

  const closed = await accuracy(trained);
  for (const digit of added)
    await classifier.addClass(String(digit), array(train, rowsOf(train, [digit]).slice(0, examples)));
  // Means of examples compete with means, at a price of one in twenty that is set on held-out images.
  await classifier.recenter(array(train, fitted), labels(train, fitted));
  await classifier.chooseNovelBias(array(train, held), labels(train, held), { keep: 0.95 });

  const knownRows = rowsOf(test, [...trained, ...added]);
  const known = await classifier.recognize(array(test, knownRows));
  const strange = await classifier.recognize(array(test, rowsOf(test, [unknown])));
  const right = knownRows.map((row, i) =>
    Number(classifier.classNames[known.ids[i]] === String(test.labels[row])),
  );
  const threshold = (await classifier.recognize(array(train, held))).cosines.sort()[
    Math.floor(held.length / 20)
  ];
  const result = {
    closed,
    old: await accuracy(trained),
    new: await accuracy(added),
    auroc: openSetAuroc(known.cosines, strange.cosines),
    oscr: openSetClassificationRate(known.cosines, right, strange.cosines),
    rejected: strange.cosines.filter((cosine) => cosine < threshold).length / strange.cosines.length,
  };
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  forward.dispose();
  return result;
}

async function imagesOf(name: string): Promise<Images> {
  const file = async (part: string) =>
    new Uint8Array(gunzipSync(await readFile(dataFile(`images/${name}-${part}.gz`))));
  return readIdx(await file("images.idx3"), await file("labels.idx1"), name);
}

function rowsOf(images: Images, digits: readonly number[]): number[] {
  return [...images.labels.keys()].filter((row) => digits.includes(images.labels[row]));
}

function labels(images: Images, rows: readonly number[]): Int32Array {
  return Int32Array.from(rows, (row) => images.labels[row]);
}

function inputs(images: Images, rows: readonly number[]): Float32Array<ArrayBuffer> {
  const x = new Float32Array(rows.length * pixels);
  rows.forEach((row, i) => {
    for (let k = 0; k < pixels; k++) x[i * pixels + k] = images.pixels[row * pixels + k] / 255;
  });
  return x;
}

function array(images: Images, rows: readonly number[]): np.Array {
  return np.array(inputs(images, rows), { shape: [rows.length, pixels] });
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  const result = await openSet();
  const percent = (v: number) => `${(100 * v).toFixed(1)} %`.padStart(7);
  console.log(`digits 0-6 among themselves          ${percent(result.closed)}`);
  console.log(`digits 0-6 beside the new 7 and 8    ${percent(result.old)}`);
  console.log(`new digits 7 and 8, five examples    ${percent(result.new)}`);
  console.log(`known against unknown (9), AUROC     ${percent(result.auroc)}`);
  console.log(`known, right and accepted, OSCR      ${percent(result.oscr)}`);
  console.log(`9 rejected at 95 % of 0-6 accepted   ${percent(result.rejected)}`);
}
