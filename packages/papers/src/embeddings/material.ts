import type { Dataset } from "@minimand/compare";
import { derive, randomSource, shuffle } from "minimand/engine";
import { named } from "../kit/named.ts";
import { halved, type Labelled, range, standardised } from "../kit/rows.ts";
import type { Images, TrialHost } from "../reproduction.ts";

/** A data set with more classes than are trained on. */
export interface Material {
  id: string;
  /** A table, or one or more sets of images that are put together. */
  source: { table: string } | { images: readonly string[] };
  /** Number of classes that no training example has. */
  novel: number;
  /** Shape of the body. */
  hidden: readonly number[];
  features: number;
  /** Share of the rows of each trained class that are trained on; of the rest, half choose and half judge. */
  trainShare: number;
  batchSize: number;
  /** Epochs of the default scale. */
  epochs: number;
  /** Part of the project, so it is always there. */
  bundled: boolean;
}

const usual = { hidden: [128], features: 32, trainShare: 0.8, bundled: true };
const rare = { ...usual, bundled: false };

/** Every material of both papers on embeddings. */
export const materials: readonly Material[] = [
  {
    ...usual,
    id: "letter",
    source: { table: "letter" },
    novel: 8,
    hidden: [64, 64],
    batchSize: 256,
    epochs: 4,
  },
  {
    ...usual,
    id: "fashion",
    source: { images: ["fashion-train", "fashion-test"] },
    novel: 4,
    batchSize: 128,
    epochs: 6,
  },
  {
    ...rare,
    id: "omniglot",
    source: { images: ["omniglot"] },
    novel: 82,
    hidden: [256],
    features: 64,
    trainShare: 0.75,
    batchSize: 128,
    epochs: 12,
  },
  {
    ...rare,
    id: "omniglot, deeper",
    source: { images: ["omniglot"] },
    novel: 42,
    hidden: [512, 256],
    features: 128,
    trainShare: 0.75,
    batchSize: 128,
    epochs: 120,
  },
  { ...rare, id: "orl", source: { images: ["orl"] }, novel: 15, batchSize: 50, epochs: 100 },
];

/** The material of a name. */
export const materialOf = (id: string): Material => named(materials, id, "material");

/** Rows of inputs with their class ids. */
export interface Part {
  x: Float32Array;
  y: Int32Array;
}

/** Parts of a material: trained classes have ids 0 to K - 1, novel ones 0 to their number - 1. */
export interface Split {
  train: Labelled;
  /** Held out of training, of trained classes. */
  held: Part;
  old: Part;
  novel: Part;
  inputs: number;
}

/**
 * Draws which classes are novel and which rows are trained on, by the seed. `fraction` below 1 takes that share of the rows of
 * each class, for smoke tests.
 */
export async function split(material: Material, seed: number, host: TrialHost, fraction = 1): Promise<Split> {
  const { labels, encoded } = await sourceOf(material, host);
  const next = randomSource(derive(seed, 1));
  const classes = labels.reduce((a, b) => Math.max(a, b), 0) + 1;
  const order = shuffle(range(classes), next);
  const idOf = new Int32Array(classes);
  order.forEach((k, place) => {
    idOf[k] = place < material.novel ? place : place - material.novel;
  });
  const isNovel = new Set(order.subarray(0, material.novel));
  const rows = { train: [] as number[], held: [] as number[], old: [] as number[], novel: [] as number[] };
  for (let k = 0; k < classes; k++) {
    const all = shuffle(Int32Array.from([...labels.keys()].filter((row) => labels[row] === k)), next);
    const own = [...all.subarray(0, Math.max(8, Math.round(all.length * fraction)))];
    if (isNovel.has(k)) {
      rows.novel.push(...own);
      continue;
    }
    const trained = Math.round(own.length * material.trainShare);
    const middle = trained + Math.floor((own.length - trained) / 2);
    rows.train.push(...own.slice(0, trained));
    rows.held.push(...own.slice(trained, middle));
    rows.old.push(...own.slice(middle));
  }
  const write = encoded(Int32Array.from(rows.train));
  const part = (own: number[]) => ({
    x: write(Int32Array.from(own)),
    y: Int32Array.from(own, (row) => idOf[labels[row]]),
  });
  const train = part(rows.train);
  const inputs = train.x.length / train.y.length;
  return {
    train: { ...train, shape: [inputs], classes: classes - material.novel },
    held: part(rows.held),
    old: part(rows.old),
    novel: part(rows.novel),
    inputs,
  };
}

interface Source {
  labels: Int32Array;
  /** Fits on training rows and returns how to write rows. */
  encoded(train: Int32Array): (rows: Int32Array) => Float32Array<ArrayBuffer>;
}

async function sourceOf({ source }: Material, host: TrialHost): Promise<Source> {
  if ("table" in source) return tableSource(await host.dataset(source.table));
  return imageSource(await Promise.all(source.images.map((name) => host.images(name))));
}

function tableSource(dataset: Dataset): Source {
  return {
    labels: dataset.labels,
    encoded(train) {
      const write = standardised(dataset, train);
      return (rows) => write(rows).x;
    },
  };
}

/** Images at half their size, of several sets as if they were one. */
function imageSource(sets: readonly Images[]): Source {
  const labels = Int32Array.from(sets.flatMap((set) => [...set.labels]));
  const starts = sets.map((_, i) => sets.slice(0, i).reduce((sum, set) => sum + set.count, 0));
  const write = (rows: Int32Array): Float32Array<ArrayBuffer> => {
    const images = Array.from(rows, (row) => {
      const set = starts.findLastIndex((start) => start <= row);
      return halved(sets[set], [row - starts[set]]);
    });
    const x = new Float32Array(rows.length * (images[0]?.length ?? 0));
    images.forEach((image, i) => {
      x.set(image, i * image.length);
    });
    return x;
  };
  return { labels, encoded: () => write };
}
