import { numpy as np } from "@jax-js/jax";
import { type FeatEnhancerOptions, featEnhancer } from "@minimand/lab/vision";
import type { Layer } from "minimand";
import {
  type Compile,
  compileWithJit,
  disposeTree,
  keyOf,
  parseJson,
  refTree,
  type Tree,
} from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import { messageOf } from "../../error-text.ts";
import { UsageError } from "../../failure.ts";
import type { Raster } from "../../pictures/raster.ts";
import { inColours, luminanceOf } from "./luminance.ts";
import { resizeRaster, sizeWithin } from "./resize-raster.ts";

/** The features of a larger picture would take gigabytes. */
const seenSide = 256;
/** More pixels than the lowest of usual scales needs. */
const leastSide = 64;

/** FeatEnHancer as it was trained with somebody's detector. */
export interface DetectorEnhancer {
  /** Its file, for errors. */
  name: string;
  channels: 1 | 3;
  /** What the detector is given for pictures `[1, height, width, channels]`, which it consumes; compiled once for each size. */
  seen(x: np.Array): np.Array;
  dispose(): void;
}

/**
 * The enhancer of a safetensors file: its parameters, and in the metadata `featEnhancer` its options as JSON.
 *
 * @param name for the error
 * @throws UsageError in one line for what is none
 */
export function readEnhancer(
  bytes: Uint8Array,
  name: string,
  compile: Compile = compileWithJit,
): DetectorEnhancer {
  const { layer, params, channels } = layerOf(bytes, name);
  const program = compile(
    (own: Tree, x: np.Array) => layer.apply({ params: own, state: {} }, x, { training: false })[0],
  );
  return {
    name,
    channels,
    seen: (x) => program(refTree(params), x),
    dispose() {
      program.dispose();
      disposeTree(params);
    },
  };
}

function layerOf(bytes: Uint8Array, name: string): { layer: Layer; params: Tree; channels: 1 | 3 } {
  try {
    const { tensors, metadata } = readSafetensors(bytes, { finite: true });
    if (metadata.featEnhancer === undefined) throw new Error("no options under featEnhancer in its metadata");
    const options = parseJson(metadata.featEnhancer) as FeatEnhancerOptions;
    const layer = featEnhancer(options);
    const { inChannels: channels = 3 } = options;
    if (channels !== 1 && channels !== 3) throw new Error(`${channels} channels`);
    const like = layer.init(keyOf(0)).params;
    try {
      return { layer, params: treeOf(tensors, like), channels };
    } finally {
      disposeTree(like);
    }
  } catch (error) {
    throw new UsageError(
      `--model ${name}: expected a FeatEnHancer of 1 or 3 channels as safetensors (docs/enhance.md), got another file (${messageOf(error)})`,
    );
  }
}

/**
 * What a detector sees behind the enhancer, which is no picture: the luminance of it, stretched over [0, 1], in a small size.
 *
 * @throws UsageError where the enhancer's output isn't finite
 */
export function detectorView(picture: Raster, { name, channels, seen }: DetectorEnhancer): Raster {
  const size = sizeWithin(picture, seenSide);
  const [width, height] = [Math.max(leastSide, size.width), Math.max(leastSide, size.height)];
  const small = resizeRaster(picture, width, height);
  const given = channels === 3 ? inColours(small).data : luminanceOf(small);
  const x = np.array(given as Float32Array<ArrayBuffer>, { shape: [1, height, width, channels] });
  const data = luminanceOf({ ...small, channels, data: seen(x).dataSync() as Float32Array });
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!Number.isFinite(high - low))
    throw new UsageError(
      `--model ${name}: expected an enhancer whose output is finite, got ${Number.isNaN(low) ? low : "infinite numbers"}`,
    );
  const range = Math.max(high - low, 1e-6);
  return { ...small, channels: 1, data: data.map((value) => (value - low) / range) };
}
