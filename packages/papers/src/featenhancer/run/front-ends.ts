import { numpy as np } from "@jax-js/jax";
import {
  equalizeHistogram,
  featEnhancer,
  gammaCorrection,
  oneScaleEnhancer,
  stackEnhancer,
  standardizePictures,
  trainZeroDce,
  zeroDce,
} from "@minimand/lab/vision";
import { derive, disposeTree, keyOf, refTree, sizeOf } from "minimand/engine";
import type { Layer } from "minimand/models";
import type { TrialHost } from "../../reproduction.ts";
import type { Canvases } from "./canvases.ts";
import { chunk, enhancer, scene, zeroDceSizes } from "./settings.ts";

type Floats = Float32Array<ArrayBuffer>;

/** How a front end that isn't trained with the head makes the head's input of canvases. */
export interface Fixed {
  (canvases: Canvases): Floats;
  dispose?(): void;
}

const { side } = scene;
const pixels = side * side;

/** A function of pictures, of some at a time: all at once they would not fit into the engine's memory. */
const through = (f: (x: np.Array) => np.Array): Fixed => {
  return ({ dark, count }) => {
    const all = new Float32Array(dark.length);
    for (let start = 0; start < count; start += chunk) {
      const part = dark.slice(start * pixels, (start + chunk) * pixels);
      const x = np.array(part, { shape: [part.length / pixels, side, side, 1] });
      all.set(f(x).dataSync() as Float32Array, start * pixels);
    }
    return all;
  };
};

/** Each picture by itself. */
function equalised({ dark, count }: Canvases): Floats {
  const all = new Float32Array(dark.length);
  for (let i = 0; i < count; i++)
    all.set(equalizeHistogram(dark.subarray(i * pixels, (i + 1) * pixels)), i * pixels);
  return all;
}

/** The front end of an arm; Zero-DCE is trained on the dark canvases that the head trains on, without their labels. */
export async function fixedOf(
  id: string,
  train: Canvases,
  { seed, steps, host }: { seed: number; steps: number; host: TrialHost },
): Promise<Fixed> {
  if (id === "clean") return ({ clean }) => clean;
  if (id === "standardise") return through(standardizePictures);
  if (id === "gamma") return through((x) => gammaCorrection(x, 0.4));
  if (id === "equalise") return equalised;
  if (id !== "zero-dce") return ({ dark }) => dark;
  const pictures = Array.from({ length: train.count }, (_, i) => ({
    values: train.dark.subarray(i * pixels, (i + 1) * pixels),
    shape: [side, side, 1] as const,
  }));
  const params = await trainZeroDce(pictures, {
    steps,
    crop: side,
    ...zeroDceSizes,
    seed: derive(seed, 6) | 0,
    compile: host.compile,
    signal: host.signal,
  });
  const curves = zeroDce({ channels: 1, ...zeroDceSizes });
  const enhance = through(
    (x) => curves.apply({ params: refTree(params), state: {} }, x, { training: false })[0],
  );
  return Object.assign(enhance, { dispose: () => disposeTree(params) });
}

const own = featEnhancer(enhancer);

/** Numbers that a model has. */
export const parametersOf = (model: Layer): number => {
  const { params } = model.init(keyOf(0));
  const count = sizeOf(params);
  disposeTree(params);
  return count;
};

/** What is trained before the head; null for arms whose front ends aren't. */
export function enhancerOf(id: string): Layer | null {
  if (id === "featenhancer") return own;
  const { inChannels, width, groups } = enhancer;
  if (id === "one-scale") return oneScaleEnhancer({ inChannels, width, groups });
  if (id !== "stack") return null;
  // Far enough apart to see nearly the whole canvas, as the smaller scales do.
  const dilations = [1, 1, 2, 4, 4, 2, 1, 1, 1];
  return stackEnhancer({ inChannels, groups, parameters: parametersOf(own), dilations });
}
