import { numpy as np } from "@jax-js/jax";
import type { Rows } from "./fold.ts";

/** Rows a forward pass takes at once: one program serves parts of every size. */
const chunk = 128;

/** Outputs of a forward pass for all rows, one after the other. It is given `[128, inputs]`, which it consumes. */
export async function inChunks(
  { x, rows }: Rows,
  forward: (x: np.Array) => np.Array,
): Promise<Float32Array<ArrayBuffer>> {
  const width = x.length / rows;
  let all = new Float32Array(0);
  for (let start = 0; start < rows; start += chunk) {
    const n = Math.min(chunk, rows - start);
    const input = new Float32Array(chunk * width);
    input.set(x.subarray(start * width, (start + n) * width));
    const out = (await forward(np.array(input, { shape: [chunk, width] })).data()) as Float32Array;
    const outputs = out.length / chunk;
    if (start === 0) all = new Float32Array(rows * outputs);
    all.set(out.subarray(0, n * outputs), start * outputs);
  }
  return all;
}
