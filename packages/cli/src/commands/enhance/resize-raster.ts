import type { Raster } from "../../pictures/raster.ts";

/**
 * A picture of another size: each pixel is the mean of those that fall into its place, or the one that does. Made for smaller ones; larger
 * ones have blocks.
 */
export function resizeRaster(picture: Raster, width: number, height: number): Raster {
  const rows = (values: Float32Array, channels: number, columns: number): Float32Array =>
    alongAxis(values, picture.height, height, columns * channels);
  const columns = (values: Float32Array, channels: number, lines: number): Float32Array => {
    if (picture.width === width) return values;
    // Rows are done one by one: an axis with `channels` numbers behind it.
    const row = picture.width * channels;
    const resized = new Float32Array(lines * width * channels);
    for (let y = 0; y < lines; y++)
      resized.set(
        alongAxis(values.subarray(y * row, (y + 1) * row), picture.width, width, channels),
        y * width * channels,
      );
    return resized;
  };
  // Rows that are repeated are shortened first: 64 of a very long one would take gigabytes.
  const to = (values: Float32Array, channels: number): Float32Array =>
    height > picture.height
      ? rows(columns(values, channels, picture.height), channels, width)
      : columns(rows(values, channels, picture.width), channels, height);
  return {
    ...picture,
    width,
    height,
    data: to(picture.data, picture.channels),
    alpha: picture.alpha === null ? null : to(picture.alpha, 1),
  };
}

/** The size of a picture whose longer side is to have at most so many pixels, none below 1. */
export function sizeWithin({ width, height }: Pick<Raster, "width" | "height">, most: number) {
  const scale = Math.min(1, most / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** Means over stretches of the first axis, of entries with `inner` numbers. */
function alongAxis(values: Float32Array, from: number, to: number, inner: number): Float32Array {
  if (from === to) return values;
  const means = new Float32Array(to * inner);
  for (let i = 0; i < to; i++) {
    const first = Math.floor((i * from) / to);
    const end = Math.max(first + 1, Math.floor(((i + 1) * from) / to));
    for (let at = first; at < end; at++)
      for (let k = 0; k < inner; k++) means[i * inner + k] += values[at * inner + k] / (end - first);
  }
  return means;
}
