import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { keyOf } from "../../engine/random.ts";
import { refTree } from "../../engine/tree.ts";
import { floats } from "./conformance.ts";
import { decoderBlock } from "./decoder-block.ts";

const block = (causal: boolean) => decoderBlock({ size: 6, heads: 2, memorySize: 3, causal, rotary: false });
const { params, state } = block(true).init(keyOf(1));
const run = (causal: boolean, x: np.Array, memory: np.Array): Float32Array =>
  block(causal)
    .apply(refTree({ params, state }), x, memory, { training: false })[0]
    .dataSync() as Float32Array;
/** How much of each position of the output changes. */
const changes = (a: Float32Array, b: Float32Array): boolean[] =>
  [0, 1, 2].map((t) => a.subarray(6 * t, 6 * t + 6).some((v, i) => Math.abs(v - b[6 * t + i]) > 1e-6));

it("sees all of the memory everywhere, and of its input what its self-attention sees", () => {
  const [x, memory] = [floats([1, 3, 6]), floats([1, 4, 3])];
  const later = np.array([[[0], [0], [1]]]);
  const lastPlace = np.array([[[0], [0], [0], [1]]]);
  const start = run(true, x.ref, memory.ref);
  expect(changes(start, run(true, x.ref.add(later.ref), memory.ref))).toEqual([false, false, true]);
  expect(changes(start, run(true, x.ref, memory.ref.add(lastPlace)))).toEqual([true, true, true]);
  const open = run(false, x.ref, memory.ref);
  const changed = np.sin(x.ref.mul(3)).mul(later).add(x);
  expect(changes(open, run(false, changed, memory))).toEqual([true, true, true]);
});

it("an option that is none, and sizes that don't fit, are refused", () => {
  expect(() => decoderBlock({ size: 6, heads: 2, hiden: 3 } as never)).toThrow("did you mean 'hidden'?");
  expect(() => decoderBlock({ size: 6, heads: 4 })).toThrow("size: expected a multiple of heads (4), got 6");
});
