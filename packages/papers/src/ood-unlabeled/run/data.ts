import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { digitPixels, range, shuffled, taken } from "../../kit/rows.ts";
import type { Images, TrialHost } from "../../reproduction.ts";
import { type Domain, domainOf } from "./domains.ts";

/** Rows of some classes, before anything is fitted. */
interface Rows {
  x: Float32Array;
  y: Int32Array;
  inputs: number;
}

/** Rows of one domain to learn from and to be judged by, and unlabelled rows of another. */
interface Domains {
  train: Rows;
  /** For tuning, and for measured runs. */
  tune: Rows;
  test: Rows;
  /** Rows of the other domain; their labels are never looked at. */
  other: Rows;
}

/** What one trial learns from, standardised, and is judged by. */
export interface Prepared {
  inputs: number;
  classes: number;
  x: Float32Array;
  y: Int32Array;
  u: Float32Array;
  judged: { x: Float32Array; y: Int32Array };
}

/**
 * Draws m labelled rows, as many of each class, and the unlabelled ones by a seed. All are standardised by mean and deviation of
 * labelled and unlabelled training rows together, which needs no label.
 */
export async function prepare(
  { domain, m, seed, judge }: { domain: string; m: number; seed: number; judge: "tune" | "test" },
  host: TrialHost,
): Promise<Prepared> {
  const { classes, unlabeled: wanted, ...own } = domainOf(domain);
  const found = await domainsOf({ classes, ...own }, host, seed);
  const { inputs } = found.train;
  const labeled = balanced(found.train, m, classes.length, derive(seed, 11));
  const order = shuffled(found.other.y.length, derive(seed, 12));
  const chosen = pick(found.other, order.subarray(0, Math.min(wanted, order.length)));
  const scale = fitScale([labeled.x, chosen.x], inputs);
  const judged = judge === "test" ? found.test : found.tune;
  return {
    inputs,
    classes: classes.length,
    x: scale(labeled.x),
    y: labeled.y,
    u: scale(chosen.x),
    judged: { x: scale(judged.x), y: judged.y },
  };
}

async function domainsOf(
  { source, classes, sizes }: Pick<Domain, "source" | "classes" | "sizes">,
  host: TrialHost,
  seed: number,
): Promise<Domains> {
  if (source === "tumours") {
    const [train, tune, test] = cut(tableRows(await host.dataset("breast_cancer_wdbc")), sizes);
    // Which features another site measures otherwise is a matter of the seed.
    return { train, tune, test, other: otherSite(train, derive(seed, 13)) };
  }
  const digits = digitRows(await host.dataset("digits"), classes);
  const mnist = imageRows(await host.images("mnist-train"), classes);
  if (source === "digits") {
    const [train, tune, test] = cut(digits, sizes);
    return { train, tune, test, other: mnist };
  }
  const [train, tune] = cut(mnist, sizes);
  return { train, tune, test: imageRows(await host.images("mnist-test"), classes), other: digits };
}

function digitRows(dataset: Dataset, classes: readonly number[]): Rows {
  const wanted = classes.map((c) => dataset.classes.indexOf(String(c)));
  const rows = range(dataset.rows).filter((row) => wanted.includes(dataset.labels[row]));
  const y = Int32Array.from(rows, (row) => wanted.indexOf(dataset.labels[row]));
  return { x: digitPixels(dataset, rows), y, inputs: 64 };
}

/** The middle 24 x 24 pixels of an image as means of 3 x 3, in [0, 1]. */
function imageRows({ pixels, labels, count, height, width }: Images, classes: readonly number[]): Rows {
  const chosen = range(count).filter((i) => classes.includes(labels[i]));
  const [top, left] = [(height - 24) / 2, (width - 24) / 2];
  const x = new Float32Array(chosen.length * 64);
  chosen.forEach((image, i) => {
    for (let r = 0; r < 24; r++)
      for (let c = 0; c < 24; c++) {
        const pixel = pixels[image * height * width + (top + r) * width + left + c];
        x[i * 64 + 8 * Math.floor(r / 3) + Math.floor(c / 3)] += pixel / (9 * 255);
      }
  });
  return { x, y: Int32Array.from(chosen, (image) => classes.indexOf(labels[image])), inputs: 64 };
}

function tableRows({ features, labels, rows }: Dataset): Rows {
  const inputs = features.length;
  const x = new Float32Array(rows * inputs);
  features.forEach((feature, j) => {
    if (feature.kind !== "numeric") throw new RangeError(`${feature.name}: expected a numeric column`);
    for (let i = 0; i < rows; i++) x[i * inputs + j] = feature.values[i];
  });
  // Standardised here, so that a shift is in units of the deviation.
  return { x: fitScale([x], inputs)(x), y: labels, inputs };
}

/** The same rows as another site would have measured them: half of the features one deviation higher and wider by a fifth. */
function otherSite({ x, y, inputs }: Rows, seed: number): Rows {
  const order = shuffled(inputs, seed);
  const moved = new Set(order.subarray(0, Math.floor(inputs / 2)));
  return { x: x.map((v, k) => (moved.has(k % inputs) ? 1.2 * v + 1 : v)), y, inputs };
}

function pick({ x, y, inputs }: Rows, rows: Int32Array): Rows {
  return { x: taken(x, inputs, rows), y: Int32Array.from(rows, (row) => y[row]), inputs };
}

/** Parts of fixed sizes in a fixed order, and the rest: the same whatever the seed, so that no test row is ever trained on. */
function cut(rows: Rows, sizes: readonly number[]): Rows[] {
  const order = shuffled(rows.y.length, derive(2310, 27));
  let from = 0;
  const parts = sizes.map((size) => {
    const count = size < 0 ? order.length + size : size;
    from += count;
    return pick(rows, order.subarray(from - count, from));
  });
  return [...parts, pick(rows, order.subarray(from))];
}

/** The first rows of a shuffled order, as many of each class. */
function balanced(rows: Rows, m: number, classes: number, seed: number): Rows {
  const order = shuffled(rows.y.length, seed);
  const own = (k: number): Int32Array => order.filter((row) => rows.y[row] === k).subarray(0, m / classes);
  return pick(rows, Int32Array.from([...range(classes)].flatMap((k) => [...own(k)])));
}

/** Subtracts the means and divides by the deviations, none less than a tenth of the largest. */
function fitScale(parts: readonly Float32Array[], inputs: number): (x: Float32Array) => Float32Array {
  const rows = parts.reduce((n, x) => n + x.length / inputs, 0);
  const mean = new Float64Array(inputs);
  const square = new Float64Array(inputs);
  for (const x of parts) for (let k = 0; k < x.length; k++) mean[k % inputs] += x[k] / rows;
  for (const x of parts)
    for (let k = 0; k < x.length; k++) square[k % inputs] += (x[k] - mean[k % inputs]) ** 2 / rows;
  const deviation = square.map(Math.sqrt);
  const least = Math.max(...deviation) / 10;
  return (x) => x.map((v, k) => (v - mean[k % inputs]) / Math.max(least, deviation[k % inputs]));
}
