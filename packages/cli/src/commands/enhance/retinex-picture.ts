import { numpy as np } from "@jax-js/jax";
import { gaussianBlur } from "@minimand/lab/vision";
import type { Raster } from "../../pictures/raster.ts";
import { interpolatedRows } from "./interpolated-rows.ts";
import { luminanceOf, withLuminance } from "./luminance.ts";
import { resizeRaster, sizeWithin } from "./resize-raster.ts";

/** Light varies slowly: it is found in a picture of this size. */
const lightSide = 256;
const eps = 1 / 255;
/** The share of pixels at each end that may become black or white: a single one would else decide the contrast of all. */
const cut = 0.01;

/** Single-scale retinex of the luminance: the logarithm of what is seen without that of the light, which is a blur of it, over [0, 1]. */
export function retinexPicture(picture: Raster): Raster {
  const { width, height } = picture;
  const before = luminanceOf(picture);
  const size = sizeWithin(picture, lightSide);
  const small = resizeRaster({ ...picture, channels: 1, data: before, alpha: null }, size.width, size.height);
  const x = np.array(small.data as Float32Array<ArrayBuffer>, { shape: [1, size.height, size.width, 1] });
  const blurred = gaussianBlur(x, Math.max(size.width, size.height) / 8).dataSync();
  const rowOf = interpolatedRows({ values: blurred, ...size, channels: 1 }, picture);
  const detail = new Float32Array(before.length);
  for (let y = 0; y < height; y++) {
    const lightAt = rowOf(y);
    for (let column = 0; column < width; column++) {
      const at = y * width + column;
      detail[at] = Math.log((before[at] + eps) / (lightAt(column)[0] + eps));
    }
  }
  const [low, high] = ends(detail);
  // A picture without detail has nothing to be stretched.
  if (high - low < 1e-3) return picture;
  return withLuminance(
    picture,
    before,
    detail.map((value) => Math.min(Math.max((value - low) / (high - low), 0), 1)),
  );
}

/** The numbers below and above which a share of them lies, found from some thousands of them. */
function ends(values: Float32Array): [number, number] {
  const every = Math.max(1, Math.floor(values.length / 50_000));
  const some = values.filter((_, i) => i % every === 0).sort();
  const at = (share: number): number => some[Math.round(share * (some.length - 1))];
  return [at(cut), at(1 - cut)];
}
