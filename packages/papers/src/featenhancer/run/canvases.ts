import { numpy as np } from "@jax-js/jax";
import { centerTargets, lowLight, unevenLight } from "@minimand/lab/vision";
import { derive, type RandomSource, randomSource } from "minimand/engine";
import type { LabelledBox } from "minimand/metrics";
import type { Images, TrialHost } from "../../reproduction.ts";
import { type Regime, scene } from "./settings.ts";

/** Canvases with objects on them: bright, in the dark, and what is to be seen in them. */
export interface Canvases {
  count: number;
  /** Grey levels from 0 to 1, row-major `[count, side, side]`. */
  clean: Float32Array<ArrayBuffer>;
  dark: Float32Array<ArrayBuffer>;
  /** Of each pixel: 0 for the background, then the classes in order. */
  labels: Int32Array<ArrayBuffer>;
  boxes: LabelledBox[][];
  /** Targets of a detector of centres, `[count, side / 4, side / 4, classes + 5]`. */
  centers: Float32Array<ArrayBuffer>;
}

/** Which pictures objects are cut out of: those that measured runs train on, those that tuning judges by, the test's. */
export type Pool = "train" | "tune" | "test";

/** Rows of the training pictures that only tuning judges by. */
const tuningRows = 2000;

/** Pictures of each class. */
export async function objectsOf(host: TrialHost, pool: Pool): Promise<{ images: Images; rows: number[][] }> {
  const images = await host.images(pool === "test" ? "fashion-test" : "fashion-train");
  const first = pool === "train" ? Math.min(tuningRows, images.count / 2) : 0;
  const end = pool === "tune" ? Math.min(tuningRows, images.count / 2) : images.count;
  const rows = scene.classes.map(() => [] as number[]);
  for (let row = Math.ceil(first); row < end; row++) {
    const k = scene.classes.findIndex(({ id }) => id === images.labels[row]);
    if (k >= 0) rows[k].push(row);
  }
  return { images, rows };
}

/** Draws canvases; the same seed and pool give the same ones. */
export async function canvasesOf(
  host: TrialHost,
  { pool, seed, count, regime }: { pool: Pool; seed: number; count: number; regime: Regime },
): Promise<Canvases> {
  const { images, rows } = await objectsOf(host, pool);
  const { side } = scene;
  const pixels = side * side;
  const clean = new Float32Array(count * pixels);
  const dark = new Float32Array(count * pixels);
  const labels = new Int32Array(count * pixels);
  const boxes: LabelledBox[][] = [];
  const size = { height: side, width: side, classes: scene.classes.length };
  const centers: Float32Array[] = [];
  for (let i = 0; i < count; i++) {
    const next = randomSource(derive(seed, 1, i));
    const [start, end] = [i * pixels, (i + 1) * pixels];
    const own = drawCanvas(images, rows, clean.subarray(start, end), labels.subarray(start, end), next);
    boxes.push(own);
    centers.push(centerTargets(own, size));
    dark.set(inTheDark(clean.subarray(start, end), regime, next, derive(seed, 2, i)), start);
  }
  const each = centers[0].length;
  const all = new Float32Array(count * each);
  for (const [i, own] of centers.entries()) all.set(own, i * each);
  return { count, clean, dark, labels, boxes, centers: all };
}

/** Puts objects that hardly overlap on a canvas; returns their boxes, labelled from 0. */
function drawCanvas(
  images: Images,
  rows: readonly number[][],
  canvas: Float32Array,
  labels: Int32Array,
  next: RandomSource,
): LabelledBox[] {
  const { side } = scene;
  const between = ([least, most]: readonly [number, number]): number => least + (most - least) * next();
  const whole = (range: readonly [number, number]): number => Math.floor(between([range[0], range[1] + 1]));
  canvas.fill(between(scene.background));
  const boxes: LabelledBox[] = [];
  const wanted = whole(scene.objects);
  for (let tries = 0; boxes.length < wanted && tries < 20; tries++) {
    const label = Math.floor(next() * rows.length);
    const row = rows[label][Math.floor(next() * rows[label].length)];
    const size = whole(scene.size);
    const [top, left] = [whole([0, side - size]), whole([0, side - size])];
    const bright = between(scene.brightness);
    const free = boxes.every(
      (box) =>
        left > box.right - scene.overlap ||
        left + size < box.left + scene.overlap ||
        top > box.bottom - scene.overlap ||
        top + size < box.top + scene.overlap,
    );
    if (free) boxes.push(putObject(images, row, { label, size, top, left, bright }, canvas, labels));
  }
  return boxes;
}

/** Draws one object, and returns the box around what is drawn. */
function putObject(
  { pixels, height, width }: Images,
  row: number,
  {
    label,
    size,
    top,
    left,
    bright,
  }: { label: number; size: number; top: number; left: number; bright: number },
  canvas: Float32Array,
  labels: Int32Array,
): LabelledBox {
  const { side } = scene;
  const box: LabelledBox = { label, left: side, top: side, right: 0, bottom: 0 };
  for (let r = 0; r < size; r++)
    for (let c = 0; c < size; c++) {
      const level = meanOf(pixels, row * height * width, width, [
        [(r * height) / size, ((r + 1) * height) / size],
        [(c * width) / size, ((c + 1) * width) / size],
      ]);
      if (level < scene.visible) continue;
      const at = (top + r) * side + left + c;
      canvas[at] = Math.max(canvas[at], level * bright);
      labels[at] = label + 1;
      box.left = Math.min(box.left, left + c);
      box.top = Math.min(box.top, top + r);
      box.right = Math.max(box.right, left + c + 1);
      box.bottom = Math.max(box.bottom, top + r + 1);
    }
  return box;
}

/** Mean grey level of a rectangle of a picture, parts of pixels by their share. */
function meanOf(
  pixels: Uint8Array,
  start: number,
  width: number,
  [[top, bottom], [left, right]]: readonly [readonly [number, number], readonly [number, number]],
): number {
  let [sum, area] = [0, 0];
  for (let r = Math.floor(top); r < bottom; r++)
    for (let c = Math.floor(left); c < right; c++) {
      const share =
        (Math.min(r + 1, bottom) - Math.max(r, top)) * (Math.min(c + 1, right) - Math.max(c, left));
      sum += share * pixels[start + r * width + c];
      area += share;
    }
  return sum / area / 255;
}

/** A canvas as a camera sees it in the dark of a regime. */
function inTheDark(
  clean: Float32Array<ArrayBuffer>,
  { exposure, tilt, vignetting }: Regime,
  next: RandomSource,
  seed: number,
): ArrayLike<number> {
  const { side } = scene;
  const [least, most] = exposure.map(Math.log);
  const illumination = unevenLight([side, side], {
    tilt: [tilt * (2 * next() - 1), tilt * (2 * next() - 1)],
    vignetting: vignetting * next(),
  });
  return lowLight(np.array(clean, { shape: [1, side, side, 1] }), {
    exposure: Math.exp(least + (most - least) * next()),
    illumination,
    seed,
  }).dataSync();
}
