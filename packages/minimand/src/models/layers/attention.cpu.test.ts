import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { mapTree, refTree } from "../../engine/tree.ts";
import { type AttentionOptions, multiHeadAttention } from "./attention.ts";
import { startOf } from "./conformance.ts";
import { type CrossAttentionOptions, crossAttention } from "./cross-attention.ts";
import { rotaryPositions } from "./positions.ts";

type Matrix = number[][];
type Linear = { weight: np.Array; bias: np.Array };

const wave = (shape: number[], phase: number) =>
  np.array(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i + phase)),
    { shape },
  );
const dot = (a: number[], b: number[]) => a.reduce((s, v, i) => s + v * b[i], 0);

/** Row by row, as the paper writes it; of a memory, or of the input itself. */
function reference(
  x: Matrix,
  params: { [name: string]: Linear },
  options: AttentionOptions,
  memory = x,
): Matrix {
  const { heads, causal, rotary } = options;
  const linear = (name: string, rows: Matrix): Matrix => {
    const weight = params[name].weight.ref.js() as Matrix;
    const bias = params[name].bias.ref.js() as number[];
    return rows.map((row) =>
      bias.map(
        (b, j) =>
          b +
          dot(
            row,
            weight.slice(0, row.length).map((w) => w[j]),
          ),
      ),
    );
  };
  const q = linear("query", x);
  const [k, v] = ["key", "value"].map((name) => linear(name, memory));
  const keySize = q[0].length / heads;
  const turned = (row: number[], t: number): number[] =>
    row.map((_, i) => {
      const half = keySize / 2;
      const angle = t * 10000 ** ((-2 * (i % half)) / keySize);
      const [a, b] = [row[i % half], row[(i % half) + half]];
      return i < half ? a * Math.cos(angle) - b * Math.sin(angle) : a * Math.sin(angle) + b * Math.cos(angle);
    });
  const seen = x.map((_, t) =>
    Array.from({ length: heads }, (_, h) => {
      const own = (row: number[], s: number, turn = false): number[] => {
        const part = row.slice(h * keySize, (h + 1) * keySize);
        return turn && rotary ? turned(part, s) : part;
      };
      const scores = memory.map((_, s) =>
        causal && s > t ? -Infinity : dot(own(q[t], t, true), own(k[s], s, true)) / Math.sqrt(keySize),
      );
      const e = scores.map(Math.exp);
      const total = e.reduce((a, b) => a + b, 0);
      return Array.from({ length: keySize }, (_, j) =>
        e.reduce((sum, share, s) => sum + (share / total) * own(v[s], s)[j], 0),
      );
    }).flat(),
  );
  return linear("output", seen);
}

describe.each<AttentionOptions>([
  { size: 6, heads: 2 },
  { size: 6, heads: 3, causal: true },
  { size: 5, heads: 2, keySize: 4, causal: true, rotary: true },
])("multiHeadAttention of %o", (options) => {
  const layer = multiHeadAttention(options);
  const start = () => startOf({ layer, input: [], output: [] }, np.float64);

  it("is its formula", () => {
    const x = wave([2, 4, options.size], 1);
    const expected = (x.ref.js() as Matrix[]).map((each) =>
      reference(each, start().params as never, options),
    );
    const [y] = layer.apply(start(), x, { training: false });
    const actual = [...y.dataSync()];
    expect(actual.length).toBe(2 * 4 * options.size);
    actual.forEach((v, i) => {
      expect(v).toBeCloseTo(expected.flat(2)[i], 7);
    });
  });

  it(`${options.causal ? "never sees" : "sees"} what comes later`, () => {
    const x = wave([1, 4, options.size], 1);
    const changed = np.concatenate([x.ref.slice([], [0, 3]), wave([1, 1, options.size], 5)], 1);
    const first = (x: np.Array) => [
      ...layer.apply(start(), x, { training: false })[0].slice([], [0, 3]).dataSync(),
    ];
    const [a, b] = [first(x), first(changed)];
    expect(a.every((v, i) => Math.abs(v - b[i]) < 1e-12)).toBe(options.causal === true);
  });
});

describe.each<CrossAttentionOptions>([
  { size: 6, heads: 2 },
  { size: 5, heads: 2, memorySize: 3, keySize: 4 },
])("crossAttention of %o", (options) => {
  const { size, memorySize = size } = options;
  const layer = crossAttention(options);
  const start = layer.init(np.array(Uint32Array.of(1, 2)));
  const params = mapTree((x) => x.astype(np.float64), start.params);
  const run = (x: np.Array, memory: np.Array) =>
    layer.apply({ params: refTree(params), state: {} }, x, memory, { training: false })[0];

  it("is its formula, for memories shorter and longer than the input", () => {
    for (const places of [2, 7]) {
      const [x, memory] = [wave([2, 4, size], 1), wave([2, places, memorySize], 3)];
      const memories = memory.ref.js() as Matrix[];
      const expected = (x.ref.js() as Matrix[]).map((each, i) =>
        reference(each, params as never, options, memories[i]),
      );
      const actual = [...run(x, memory).dataSync()];
      expect(actual.length).toBe(2 * 4 * size);
      actual.forEach((v, i) => {
        expect(v).toBeCloseTo(expected.flat(2)[i], 7);
      });
    }
  });

  it("gives what a memory of equal places holds, whatever the input is", () => {
    const memory = () => wave([1, 1, memorySize], 2).add(np.zeros([1, 6, memorySize], { dtype: np.float64 }));
    const rows = run(wave([1, 3, size], 1).mul(9), memory()).js() as Matrix[];
    const [other] = run(wave([1, 1, size], 4), memory()).js() as Matrix[];
    for (const row of rows[0])
      row.forEach((v, i) => {
        expect(v).toBeCloseTo(other[0][i], 7);
      });
  });
});

it("scores are finite however large they are", () => {
  const layer = multiHeadAttention({ size: 4, heads: 2, causal: true });
  const [y] = layer.apply(layer.init(np.array(Uint32Array.of(1, 2))), wave([1, 3, 4], 1).mul(1e4), {
    training: false,
  });
  expect([...y.dataSync()].every(Number.isFinite)).toBe(true);
});

describe("rotaryPositions", () => {
  it("make inner products depend on the difference of positions alone", () => {
    const [q, k] = [wave([1, 6], 1), wave([1, 6], 3)];
    const everywhere = (row: np.Array) => rotaryPositions(row.add(np.zeros([9, 6]))).js() as Matrix;
    const [turnedQ, turnedK] = [everywhere(q), everywhere(k)];
    const product = (t: number, s: number) => dot(turnedQ[t], turnedK[s]);
    for (const difference of [-3, 0, 2]) {
      const at = (t: number) => product(t, t + difference);
      expect(at(5)).toBeCloseTo(at(3), 7);
      expect(at(6)).toBeCloseTo(at(3), 7);
    }
    expect(product(3, 5)).not.toBeCloseTo(product(3, 4), 2);
  });

  it("keep lengths, and leave the first position as it is", () => {
    const x = wave([2, 5, 4], 2);
    const [before, after] = [x.ref.js() as Matrix[], rotaryPositions(x).js() as Matrix[]];
    before.flat().forEach((row, i) => {
      expect(dot(after.flat()[i], after.flat()[i])).toBeCloseTo(dot(row, row), 7);
    });
    expect(after.map(([first]) => first)).toEqual(before.map(([first]) => first));
  });
});

it("sizes that don't fit are refused", () => {
  expect(() => multiHeadAttention({ size: 6, heads: 4 })).toThrow(
    "size: expected a multiple of heads (4), got 6",
  );
  expect(() => multiHeadAttention({ size: 6, heads: 2, rotary: true })).toThrow(
    "keySize: expected an even integer with rotary positions, got 3",
  );
  expect(() => crossAttention({ size: 6, heads: 4 })).toThrow(
    "size: expected a multiple of heads (4), got 6",
  );
  const layer = crossAttention({ size: 2, heads: 1, memorySize: 3 });
  const variables = () => layer.init(np.array(Uint32Array.of(1, 2)));
  expect(() =>
    layer.apply(variables(), np.zeros([2, 5, 2]), np.zeros([1, 4, 3]), { training: false }),
  ).toThrow("memory of crossAttention(2, 1, 3): expected shape [2, places, 3], got float32[1, 4, 3]");
  expect(() => rotaryPositions(np.zeros([2, 3]))).toThrow(
    "x of rotaryPositions: expected shape [..., time, an even size], got float32[2, 3]",
  );
});
