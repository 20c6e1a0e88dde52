import { numpy as np } from "@jax-js/jax";
import { disposeTree } from "minimand/engine";
import type { Rows } from "./fold.ts";

/** Rows a forward pass takes at once: one program serves parts of every size. */
const chunk = 128;

/** Outputs of a forward pass for all rows, one after the other. It is given `[128, inputs]`, which it consumes. */
export async function inChunks(
  part: Rows,
  forward: (x: np.Array) => np.Array,
): Promise<Float32Array<ArrayBuffer>> {
  const { rows } = part;
  let all = new Float32Array(0);
  for (let start = 0; start < rows; start += chunk) {
    const n = Math.min(chunk, rows - start);
    const out = (await forward(chunkAt(part, start)).data()) as Float32Array;
    const outputs = out.length / chunk;
    if (start === 0) all = new Float32Array(rows * outputs);
    all.set(out.subarray(0, n * outputs), start * outputs);
  }
  return all;
}

/**
 * Outputs of several forward passes for all rows, by pass. They are given all chunks at once, `[128, inputs]` each, which they consume, and
 * give `[chunks, passes, 128, ...]`; or null, and consume nothing.
 */
export async function inChunksTogether(
  part: Rows,
  forward: (xs: np.Array[]) => np.Array | null,
): Promise<Float32Array<ArrayBuffer>[] | null> {
  const { rows } = part;
  const chunks = Math.ceil(rows / chunk);
  const xs = Array.from({ length: chunks }, (_, i) => chunkAt(part, i * chunk));
  const given = forward(xs);
  if (given === null) {
    disposeTree(xs);
    return null;
  }
  const [, passes] = given.shape;
  const out = (await given.data()) as Float32Array;
  const outputs = out.length / (chunks * passes * chunk);
  return Array.from({ length: passes }, (_, pass) => {
    const all = new Float32Array(rows * outputs);
    for (let i = 0; i < chunks; i++) {
      const n = Math.min(chunk, rows - i * chunk);
      const start = (i * passes + pass) * chunk * outputs;
      all.set(out.subarray(start, start + n * outputs), i * chunk * outputs);
    }
    return all;
  });
}

/** So many rows, filled up with zeros. */
function chunkAt({ x, rows }: Rows, start: number): np.Array {
  const width = x.length / rows;
  const input = new Float32Array(chunk * width);
  input.set(x.subarray(start * width, Math.min(start + chunk, rows) * width));
  return np.array(input, { shape: [chunk, width] });
}
