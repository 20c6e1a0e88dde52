import { derive } from "minimand/engine";
import {
  accuracyOf,
  classifierOf,
  classifierOfMeans,
  cosine,
  type Embedded,
  joined,
} from "../../embeddings/classify.ts";
import type { Part } from "../../embeddings/material.ts";
import { trainEmbedding } from "../../embeddings/train.ts";
import { range, shuffled, taken } from "../../kit/rows.ts";
import type { Images, TrialHost } from "../../reproduction.ts";

/** The authors' tutorial: a linear body on the digits 0-7, then 8 and 9 added from all their training images. */
export interface TutorialSpec {
  part: "tutorial";
  seed: number;
  /** Training images drawn, of which those of 0-7 are trained on. */
  images: number;
  epochs: number;
}

/** Accuracies on test images, and for comparison those of raw pixels with class means. */
export interface TutorialResult {
  part: "tutorial";
  closed: number;
  ten: number;
  old: number;
  eight: number;
  nine: number;
  /** T-shirt against trouser of Fashion-MNIST, with the body trained on digits. */
  fashion: number;
  rawClosed: number;
  rawTen: number;
  rawFashion: number;
}

/** Trains with the settings of the tutorial: 60 linear features, scale 10, projection, Adam 0.001, batches of 32. */
export async function tutorialTrial(spec: TutorialSpec, host: TrialHost): Promise<TutorialResult> {
  const [train, test] = [await host.images("mnist-train"), await host.images("mnist-test")];
  const pixels = train.height * train.width;
  const drawn = shuffled(train.count, derive(spec.seed, 4)).subarray(0, spec.images);
  const digits = partOf(train, drawn);
  const isNew = (k: number) => k >= 8;
  const isOld = (k: number) => k < 8;
  const fromNew = (k: number) => k - 8;
  const trained = await trainEmbedding(
    { ...among(digits, isOld), shape: [pixels], classes: 8 },
    {
      arm: "normalised softmax (P)",
      configuration: { learningRate: 1e-3, parameter: 10, scale: 0 },
      hidden: [],
      features: 60,
      epochs: spec.epochs,
      batchSize: 32,
      seed: spec.seed,
      schedule: "constant",
    },
    host,
  );
  const judged = partOf(test, range(test.count));
  const clothes = async (name: string) => {
    const images = await host.images(name);
    return among(partOf(images, range(images.count)), (k) => k < 2);
  };
  const [fashionTrain, fashionTest] = [await clothes("fashion-train"), await clothes("fashion-test")];

  const embedded = async ({ x, y }: Part): Promise<Embedded> => {
    return { x: await trained.embed(x), y, features: 60 };
  };
  const raw = (part: Part): Embedded => ({ ...part, features: pixels });
  const classifier = await classifierOf(trained.centers!, 60);
  const oldDigits = among(judged, isOld);
  const old = await embedded(oldDigits);
  const closed = await accuracyOf(classifier, old);
  const added = among(digits, isNew, fromNew);
  const query = await embedded(among(judged, isNew, fromNew));
  const joint = await joined(classifier, await embedded(added), { old, query });
  const recall = async (digit: number) =>
    accuracyOf(classifier, await embedded(among(judged, (k) => k === digit)));
  const result: TutorialResult = {
    part: "tutorial",
    closed,
    ten: (joint.old * old.y.length + joint.new * query.y.length) / judged.y.length,
    old: joint.old,
    eight: await recall(8),
    nine: await recall(9),
    fashion: await cosine.disjoint(await embedded(fashionTrain), await embedded(fashionTest)),
    rawClosed: await accuracyOf(await classifierOfMeans(raw(among(digits, isOld))), raw(oldDigits)),
    rawTen: await accuracyOf(await classifierOfMeans(raw(digits)), raw(judged)),
    rawFashion: await cosine.disjoint(raw(fashionTrain), raw(fashionTest)),
  };
  trained.dispose();
  return result;
}

/** Pixels from 0 to 255, as in the tutorial. */
function partOf({ pixels, labels, height, width }: Images, rows: Int32Array): Part {
  const size = height * width;
  const x = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    x.set(pixels.subarray(row * size, (row + 1) * size), i * size);
  });
  return { x, y: Int32Array.from(rows, (row) => labels[row]) };
}

/** The rows whose class is kept. */
function among({ x, y }: Part, keep: (k: number) => boolean, idOf = (k: number) => k): Part {
  const rows = [...y.keys()].filter((row) => keep(y[row]));
  return { x: taken(x, x.length / y.length, rows), y: Int32Array.from(rows, (row) => idOf(y[row])) };
}
