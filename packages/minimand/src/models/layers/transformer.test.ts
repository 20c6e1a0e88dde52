import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { keyOf } from "../../engine/random.ts";
import type { Tree } from "../../engine/tree.ts";
import { gelu } from "./activations.ts";
import { multiHeadAttention } from "./attention.ts";
import { floats, startOf } from "./conformance.ts";
import { dense } from "./dense.ts";
import type { Layer } from "./layer.ts";
import { layerNorm } from "./normalization.ts";
import { learnedPositions } from "./positions.ts";
import { transformerBlock } from "./transformer.ts";

const through = (layer: Layer, params: Tree, x: np.Array): np.Array =>
  layer.apply({ params, state: {} }, x, { training: false })[0];

it("a transformer block normalises before attention and before the network, and adds what went in", () => {
  const [size, heads, hidden] = [6, 2, 9];
  const layer = transformerBlock({ size, heads, hidden, causal: true });
  const x = floats([2, 3, size]);
  const start = startOf({ layer, input: [], output: [] });
  const [[first, seeing], [second, widen, , narrow]] = start.params as Tree[][];
  const attention = multiHeadAttention({ size, heads, causal: true });
  const h = x.ref.add(through(attention, seeing, through(layerNorm(size), first, x.ref)));
  const wide = through(
    dense({ inputs: size, outputs: hidden }),
    widen,
    through(layerNorm(size), second, h.ref),
  );
  const activated = gelu(wide, { approximate: "tanh" });
  const expected = h.add(through(dense({ inputs: hidden, outputs: size }), narrow, activated)).dataSync();
  const again = startOf({ layer, input: [], output: [] });
  const [y] = layer.apply(again, x, { training: false });
  y.dataSync().forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], 5);
  });
});

it("a transformer block drops while training as often as it is told", () => {
  const layer = transformerBlock({ size: 4, heads: 2, dropout: 0.9 });
  const x = floats([2, 50, 4]);
  const [y] = layer.apply(layer.init(keyOf(1)), x.ref, { training: true, key: keyOf(2) });
  // Where both parts are dropped, what went in comes out.
  const [before, after] = [x.dataSync(), y.dataSync()];
  const same = after.filter((v, i) => v === before[i]).length / after.length;
  expect(Math.abs(same - 0.81)).toBeLessThan(0.06);
  expect(() => transformerBlock({ size: 4, heads: 2, dropout: 1 })).toThrow(
    /^rate: expected a finite number/,
  );
  expect(() => transformerBlock({ size: 4, heads: 2, width: 8 } as never)).toThrow(
    /^transformerBlock: expected only the options size, heads, keySize, causal, rotary, hidden, dropout, got "width"/,
  );
});

it("learned positions add the vector of each position, in every example", () => {
  const table = np.array([
    [1, 2],
    [30, 40],
    [500, 600],
  ]);
  const y = through(learnedPositions({ length: 3, size: 2 }), { table }, np.zeros([2, 2, 2]));
  const each = [
    [1, 2],
    [30, 40],
  ];
  expect(y.js()).toEqual([each, each]);
});
