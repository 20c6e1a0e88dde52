import { numpy as np } from "@jax-js/jax";
import { derive, type RandomSource, randomSource } from "minimand/engine";
import type { Batch } from "minimand/training";

/** A picture in the host's memory. */
export interface HostPicture {
  /** Numbers in [0, 1], pixel after pixel, row after row. */
  values: Float32Array;
  shape: readonly [height: number, width: number, channels: number];
}

interface Crops {
  crop: number;
  size: number;
  seed: number;
  steps: number;
}

/** Batches of squares at random places of random pictures, half of them mirrored. */
export function* crops(
  pictures: readonly HostPicture[],
  { crop, size, seed, steps }: Crops,
): Generator<Batch> {
  const channels = pictures[0].shape[2];
  const each = crop * crop * channels;
  for (let at = 0; at < steps; at++) {
    const next = randomSource(derive(seed, at));
    const x = new Float32Array(size * each);
    for (let i = 0; i < size; i++) {
      const picture = pictures[Math.floor(next() * pictures.length)];
      cut(picture, crop, next, x.subarray(i * each, (i + 1) * each));
    }
    yield {
      x: np.array(x, { shape: [size, crop, crop, channels] }),
      y: np.zeros([size]),
      weights: np.ones([size]),
      ids: Int32Array.from({ length: size }, (_, i) => i),
      rows: size,
    };
  }
}

function cut({ values, shape }: HostPicture, crop: number, next: RandomSource, into: Float32Array): void {
  const [height, width, channels] = shape;
  const top = Math.floor(next() * (height - crop + 1));
  const left = Math.floor(next() * (width - crop + 1));
  const mirrored = next() < 0.5;
  for (let row = 0; row < crop; row++)
    for (let column = 0; column < crop; column++) {
      const from = ((top + row) * width + left + (mirrored ? crop - 1 - column : column)) * channels;
      into.set(values.subarray(from, from + channels), (row * crop + column) * channels);
    }
}
