/*
 * A detector that was trained by day looks at night, and an enhancer before it learns to help.
 *
 * The detector stays as it is: the loss of its boxes trains the enhancer alone, through it. Put a model of your own in the place of
 * `detector`, with its loss and its trained parameters; it needs nothing but `init` and `apply`. The pictures are handwritten digits on
 * a grey ground; the night is what a camera would make of them: few photons, read noise, 8 bits.
 *
 * Both together are written as an ONNX model, too.
 *
 *     npx node --conditions=minimand-source examples/night-detector.ts [OUT.png]
 */

import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  centerDetector,
  centerLoss,
  centerTargets,
  decodeCenters,
  featEnhancer,
  gammaCorrection,
  lowLight,
  unevenLight,
  withEnhancer,
} from "@minimand/lab/vision";
import { NativeUnavailableError, nativeCompiler, toOnnx } from "@minimand/native";
import { readIdx } from "@minimand/papers";
import { encode } from "fast-png";
import { adam, chain, fit, type Model, minibatches, objectiveOf, predictor, supervised } from "minimand";
import {
  type Compile,
  derive,
  disposeTree,
  keyOf,
  leavesOf,
  type RandomSource,
  randomSource,
  refTree,
  type Tree,
} from "minimand/engine";
import { type LabelledBox, meanAveragePrecision } from "minimand/metrics";
import { clipByGlobalNorm, partition, setToZero } from "minimand/optimizers";
import { startEngine } from "minimand/start";
import { someBatches } from "minimand/training";

const [side, digit, seed] = [32, 14, 1];
/** Which digits there are. */
const classes = [0, 1, 4];
const scene = { height: side, width: side, classes: classes.length };
const cells = [side / 4, side / 4] as const;

const detector = centerDetector({ inputs: 1, classes: classes.length });
const enhancer = featEnhancer({ inChannels: 1, width: 8, groups: 8, heads: 4 });

export interface NightDetectorSettings {
  /** Steps of the detector by day, and of the enhancer by night. */
  daySteps?: number;
  nightSteps?: number;
  /** Pictures of the night with boxes to learn from. */
  nightPictures?: number;
  testPictures?: number;
  /** The engine's own unless given. */
  compile?: Compile;
  onProgress?: (line: string) => void;
}

export interface NightDetectorResult {
  /** Average precision at an overlap of a half, of pictures that none of them has seen. */
  ap50: { day: number; night: number; gamma: number; enhanced: number };
  /** Some of the pictures, with what the detector is given after the enhancer, `[8, 32, 32]` each. */
  pictures: { day: Float32Array; night: Float32Array; enhanced: Float32Array };
  /** Enhancer and detector as one ONNX model, from `picture` `[1, 32, 32, 1]` to what `decodeCenters` reads. */
  onnx: Uint8Array<ArrayBuffer>;
  /** Whether the detector's parameters are those of the day. */
  untouched: boolean;
}

export async function nightDetector(settings: NightDetectorSettings = {}): Promise<NightDetectorResult> {
  const { daySteps = 600, nightSteps = 600, nightPictures = 400, testPictures = 300, compile } = settings;
  const learned = await scenes("mnist-train", 2000, derive(seed, 1));
  const dark = await scenes("mnist-train", nightPictures, derive(seed, 2));
  const test = await scenes("mnist-test", testPictures, derive(seed, 3));
  const loss = (output: np.Array, targets: np.Array, { weights }: { weights: np.Array }): np.Array =>
    centerLoss(output, targets, { weights });

  /** Trains from a start, or from the model's own, with some arrays kept as they are. */
  const trained = async (
    model: Model,
    { x, boxes }: Scenes,
    { name, steps, start, frozen }: { name: string; steps: number; start?: Tree; frozen?: string },
  ): Promise<{ params: Tree; modelState: Tree }> => {
    const learning = chain(clipByGlobalNorm(1), adam(3e-3));
    const step = supervised({
      model:
        start === undefined ? model : { ...model, init: (key) => ({ ...model.init(key), params: start }) },
      objective: objectiveOf(model, loss),
      optimizer:
        frozen === undefined
          ? learning
          : partition({ learning, still: setToZero() }, (_, path) =>
              path.startsWith(frozen) ? "still" : "learning",
            ),
      compile,
    });
    const y = Float32Array.from(boxes.flatMap((own) => [...centerTargets(own, scene)]));
    const examples = { x, shape: [side, side, 1], y, targetShape: [...cells, classes.length + 5] };
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    const { params, modelState, optimizer } = await fit({
      step,
      state: step.init(keyOf(seed)),
      batches: someBatches(minibatches(examples, { size: 16, seed }), steps),
      onMetrics: (metrics, at) => {
        if (at % 100 === 0)
          settings.onProgress?.(`${name}, step ${at} of ${steps}: loss ${metrics.loss.toFixed(2)}`);
      },
    });
    disposeTree(optimizer);
    step.dispose();
    return { params, modelState };
  };

  /** Average precision of a model on pictures. */
  const precision = async (
    model: Model,
    { params, modelState }: { params: Tree; modelState: Tree },
    x: Float32Array<ArrayBuffer>,
  ) => {
    const forward = predictor(model, compile);
    const output = forward(params, modelState, picturesOf(x));
    const found = decodeCenters((await output.data()) as Float32Array, scene);
    forward.dispose();
    return meanAveragePrecision(found, test.boxes).mean;
  };

  const byDay = await trained(detector, learned, { name: "detector", steps: daySteps });
  const night = await inTheDark(test.x, derive(seed, 4));
  const brightened = (await gammaCorrection(picturesOf(night), 0.4).data()) as Float32Array<ArrayBuffer>;

  const both = withEnhancer(enhancer, detector);
  const start = { enhancer: enhancer.init(keyOf(seed, 1)).params, model: refTree(byDay.params) };
  const darkScenes = { x: await inTheDark(dark.x, derive(seed, 5)), boxes: dark.boxes };
  const byNight = await trained(both, darkScenes, {
    name: "enhancer",
    steps: nightSteps,
    start,
    frozen: "model",
  });
  const parts = byNight.params as unknown as { enhancer: Tree; model: Tree };

  const see = predictor(enhancer, compile);
  const shown = night.slice(0, 8 * side * side);
  const enhanced = (await see(parts.enhancer, {}, picturesOf(shown)).data()) as Float32Array;
  see.dispose();
  const numbers = (tree: Tree): string =>
    JSON.stringify(leavesOf(tree).map((leaf) => [...leaf.ref.dataSync()]));
  const result = {
    ap50: {
      day: await precision(detector, byDay, test.x),
      night: await precision(detector, byDay, night),
      gamma: await precision(detector, byDay, brightened),
      enhanced: await precision(both, byNight, night),
    },
    pictures: { day: test.x.slice(0, shown.length), night: shown, enhanced },
    onnx: toOnnx(
      (params: Tree, x) =>
        both.apply({ params, state: refTree(byNight.modelState) }, x, { training: false })[0],
      byNight.params,
      [{ name: "picture", shape: [1, side, side, 1] }],
      // Convolutions are other programs for other batches.
      { dynamicBatch: false },
    ),
    untouched: numbers(parts.model) === numbers(byDay.params),
  };
  disposeTree([byDay.params, byDay.modelState, byNight.params, byNight.modelState]);
  return result;
}

interface Scenes {
  /** Grey levels from 0 to 1, `[count, side, side]`. */
  x: Float32Array<ArrayBuffer>;
  boxes: LabelledBox[][];
}

const picturesOf = (x: Float32Array<ArrayBuffer>): np.Array =>
  np.array(x, { shape: [x.length / side ** 2, side, side, 1] });

/** Pictures with one or two digits each, which don't overlap. */
async function scenes(file: string, count: number, from: number): Promise<Scenes> {
  const read = async (kind: string) =>
    new Uint8Array(gunzipSync(await readFile(dataFile(`images/${file}-${kind}.gz`))));
  const { pixels, labels } = readIdx(await read("images.idx3"), await read("labels.idx1"), file);
  const rows = classes.map((label) => [...labels.keys()].filter((row) => labels[row] === label));
  const x = new Float32Array(count * side * side);
  const boxes: LabelledBox[][] = [];
  for (let i = 0; i < count; i++) {
    const next = randomSource(derive(from, i));
    const picture = x.subarray(i * side * side, (i + 1) * side * side).fill(0.1 + 0.2 * next());
    const own: LabelledBox[] = [];
    const [wanted, half] = [1 + Math.floor(2 * next()), side / 2];
    for (let k = 0; k < wanted; k++) {
      const label = Math.floor(next() * classes.length);
      const row = rows[label][Math.floor(next() * rows[label].length)];
      const top = Math.floor(next() * (side - digit + 1));
      // One in the left half, one in the right.
      const left = k * half + Math.floor(next() * (half - digit + 1));
      for (let at = 0; at < digit * digit; at++) {
        const [r, c] = [Math.floor(at / digit), at % digit];
        const corner = row * 4 * digit ** 2 + 4 * digit * r + 2 * c;
        const sum =
          [0, 1, 2 * digit, 2 * digit + 1].reduce((s, step) => s + pixels[corner + step], 0) / (4 * 255);
        const place = (top + r) * side + left + c;
        picture[place] += (0.95 - picture[place]) * sum;
      }
      own.push({ label, left, top, right: left + digit, bottom: top + digit });
    }
    boxes.push(own);
  }
  return { x, boxes };
}

/** The same pictures by night: from 1/200 to 1/20 of the light, more of it on one side. */
async function inTheDark(x: Float32Array<ArrayBuffer>, from: number): Promise<Float32Array<ArrayBuffer>> {
  const [count, pixels] = [x.length / side ** 2, side ** 2];
  const between = (next: RandomSource, least: number, most: number): number =>
    least + (most - least) * next();
  const dark = new Float32Array(x.length);
  for (let i = 0; i < count; i++) {
    const next = randomSource(derive(from, i));
    const exposure = 0.005 * 10 ** next();
    const illumination = unevenLight([side, side], {
      tilt: [between(next, -0.4, 0.4), between(next, -0.4, 0.4)],
    });
    const image = picturesOf(x.slice(i * pixels, (i + 1) * pixels));
    dark.set(
      (await lowLight(image, { exposure, illumination, seed: derive(from, i) }).data()) as Float32Array,
      i * pixels,
    );
  }
  return dark;
}

/** Three lines: by day, by night, and what the detector is given; each picture is shown from its least to its greatest number. */
export function sheetOf({ day, night, enhanced }: NightDetectorResult["pictures"]): Uint8Array {
  const [zoom, gap, shown] = [4, 2, 8];
  const pitch = side + gap;
  const [width, height] = [(shown * pitch - gap) * zoom, (3 * pitch - gap) * zoom];
  const data = new Uint8Array(width * height).fill(255);
  for (const [line, pictures] of [day, night, enhanced].entries())
    for (let i = 0; i < shown; i++) {
      const picture = pictures.subarray(i * side * side, (i + 1) * side * side);
      const [least, most] = [Math.min(...picture), Math.max(...picture)];
      for (let at = 0; at < (side * zoom) ** 2; at++) {
        const [r, c] = [Math.floor(at / (side * zoom)), at % (side * zoom)];
        const value = picture[Math.floor(r / zoom) * side + Math.floor(c / zoom)];
        data[(line * pitch * zoom + r) * width + i * pitch * zoom + c] = Math.round(
          (255 * (value - least)) / (most - least || 1),
        );
      }
    }
  return encode({ width, height, data, channels: 1, depth: 8 });
}

if (import.meta.main) {
  const path = process.argv[2] ?? "night-detector.png";
  const model = `${path.replace(/\.png$/, "")}.onnx`;
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });
  const started = performance.now();
  const { ap50, pictures, onnx } = await nightDetector({ compile, onProgress: console.log });
  await writeFile(path, sheetOf(pictures));
  await writeFile(model, onnx);
  const percent = (v: number) => `${(100 * v).toFixed(1)} %`;
  console.log(`AP50 of the detector by day                        ${percent(ap50.day)}`);
  console.log(`                     by night                      ${percent(ap50.night)}`);
  console.log(`                     by night, brightened (x^0.4)  ${percent(ap50.gamma)}`);
  console.log(`                     by night, behind the enhancer ${percent(ap50.enhanced)}`);
  console.log(
    `${path}: by day, by night, and what the detector is given, each from its least to its greatest number`,
  );
  console.log(`${model}: enhancer and detector in one model`);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
}
