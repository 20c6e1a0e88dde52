import { numpy as np } from "@jax-js/jax";
import { type HostPicture, trainZeroDce, type ZeroDceParams, zeroDceCurves } from "@minimand/lab/vision";
import { type Compile, compileWithJit, disposeTree, refTree } from "minimand/engine";
import { mean } from "../../mean.ts";
import type { Raster } from "../../pictures/raster.ts";
import { interpolatedRows } from "./interpolated-rows.ts";
import { inColours } from "./luminance.ts";
import { resizeRaster, sizeWithin } from "./resize-raster.ts";

/** Curves are found in pictures of this size, and interpolated: they vary slowly, and see less noise there. */
const curveSide = 256;
const crop = 64;

/** How Zero-DCE is fitted to the pictures of a run. */
export interface ZeroDceFit {
  steps: number;
  seed: number;
  compile: Compile | undefined;
  signal: AbortSignal;
  /** Told the steps that are done. */
  onStep(done: number): void;
}

/** A picture as Zero-DCE is fitted to it: small, in three colours, no side below those of the squares that are cut out. */
export function fittedTo(picture: Raster): HostPicture {
  const { width, height } = sizeWithin(picture, curveSide);
  const small = inColours(resizeRaster(picture, Math.max(crop, width), Math.max(crop, height)));
  return { values: small.data, shape: [small.height, small.width, 3] };
}

/** Zero-DCE as it was fitted. */
export interface FittedZeroDce {
  /** The curves of pictures `[1, height, width, 3]`, which it consumes; compiled once for each size. */
  curvesOf(x: np.Array): np.Array;
  /** The mean of the last ten steps. */
  loss: number;
  dispose(): void;
}

/** Fits Zero-DCE to pictures. */
export async function fitZeroDce(
  pictures: readonly HostPicture[],
  { steps, seed, compile, signal, onStep }: ZeroDceFit,
): Promise<FittedZeroDce> {
  const losses: number[] = [];
  const params = await trainZeroDce(pictures, {
    steps,
    seed,
    crop,
    size: 4,
    width: 8,
    learningRate: 0.005,
    signal,
    ...(compile !== undefined && { compile }),
    onMetrics({ loss }, step) {
      losses.push(loss);
      onStep(step + 1);
    },
  });
  const last = losses.slice(-10);
  const program = (compile ?? compileWithJit)((own: ZeroDceParams, x: np.Array) => zeroDceCurves(own, x));
  return {
    curvesOf: (x) => program(refTree(params), x),
    loss: mean(last),
    dispose() {
      program.dispose();
      disposeTree(params);
    },
  };
}

/** A picture brightened by the curves that the network finds in a small form of it. */
export function zeroDcePicture(picture: Raster, { curvesOf }: FittedZeroDce): Raster {
  const { width, height, channels, data } = picture;
  const size = sizeWithin(picture, curveSide);
  const small = inColours(resizeRaster(picture, size.width, size.height));
  const x = np.array(small.data as Float32Array<ArrayBuffer>, { shape: [1, size.height, size.width, 3] });
  const curves = curvesOf(x);
  const count = curves.shape[3];
  const rowOf = interpolatedRows({ values: curves.dataSync(), ...size, channels: count }, picture);
  const changed = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const curvesAt = rowOf(y);
    for (let column = 0; column < width; column++) {
      const own = curvesAt(column);
      for (let c = 0; c < channels; c++) {
        const at = (y * width + column) * channels + c;
        let value = data[at];
        for (let i = 0; i < count; i += 3) {
          // Grey has one curve, the mean of those of the colours.
          const a = channels === 1 ? (own[i] + own[i + 1] + own[i + 2]) / 3 : own[i + c];
          value += a * (value * value - value);
        }
        changed[at] = value;
      }
    }
  }
  return { ...picture, data: changed };
}
