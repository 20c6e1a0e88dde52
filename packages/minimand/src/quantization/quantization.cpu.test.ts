import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { keyOf } from "../engine/random.ts";
import { refTree, type Tree } from "../engine/tree.ts";
import { crossEntropy } from "../losses/index.ts";
import { batchNorm, conv2d, dense, flatten, type LayerLike, relu, sequential } from "../models/index.ts";
import type { Variables } from "../models/model.ts";
import {
  averageBits,
  fakeQuant,
  foldBatchNorm,
  gpgLoss,
  initScale,
  uniformConfigs,
  wdrLoss,
  weightMoments,
} from "./index.ts";
import { normalArray, normals } from "./numbers.fixture.ts";

const numbers = (x: np.Array): number[] => [...(x.dataSync() as Float64Array)];
const float = (values: ArrayLike<number>, shape = [values.length]): np.Array =>
  np.array(Float64Array.from(values), { shape });
const labels = (...ids: number[]): np.Array => np.array(Int32Array.from(ids));

describe("fakeQuant", () => {
  const x = normals(60, 1);

  it.each([2, 3, 5, 8])(
    "gives codes within the range of %i bits, and numbers half a step away at most",
    (bits) => {
      for (const signed of [true, false])
        for (const symmetric of [true, false]) {
          const data = signed ? x : x.map(Math.abs);
          const { scale, beta } = initScale(float(data), { bits, signed, symmetric });
          const step = scale[0] + 1e-6;
          const out = numbers(fakeQuant(float(data), scale[0], beta[0], { bits, signed }));
          const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
          out.forEach((value, i) => {
            const code = (value - beta[0]) / step;
            expect(Math.abs(code - Math.round(code))).toBeLessThan(1e-9);
            expect(Math.round(code)).toBeGreaterThanOrEqual(min);
            expect(Math.round(code)).toBeLessThanOrEqual(max);
            const v = (data[i] - beta[0]) / step;
            if (v >= min && v <= max) expect(Math.abs(value - data[i])).toBeLessThanOrEqual(step / 2 + 1e-12);
          });
          expect(numbers(fakeQuant(float(out), scale[0], beta[0], { bits, signed }))).toEqual(
            out.map((value) => expect.closeTo(value, 12)),
          );
        }
    },
  );

  it("gives the end codes for infinite numbers, and NaN for NaN", () => {
    const given = float([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
    const out = numbers(fakeQuant(given, 0.5, 0.1, { bits: 3, eps: 0 }));
    expect(out).toEqual([expect.closeTo(1.6, 12), expect.closeTo(-1.9, 12), Number.NaN]);
  });

  it("is odd where the offset is 0, up to the least code, which a narrow range leaves out", () => {
    const out = (data: ArrayLike<number>, narrowRange: boolean) =>
      numbers(fakeQuant(float(data), 0.4, 0, { bits: 3, narrowRange }));
    const mirrored = out(
      x.map((v) => -v),
      true,
    );
    expect(mirrored.map((v) => -v + 0)).toEqual(out(x, true).map((v) => v + 0));
    expect(out([-9, 9], false).map((v) => Math.round(v / 0.4))).toEqual([-4, 3]);
    expect(out([-9, 9], true).map((v) => Math.round(v / 0.4))).toEqual([-3, 3]);
  });

  it("loses less than 1 % at 8 bits", () => {
    const { scale } = initScale(float(x), { bits: 8 });
    const out = numbers(fakeQuant(float(x), scale[0], 0, { bits: 8 }));
    const norm = (values: number[]) => Math.hypot(...values);
    expect(norm(out.map((v, i) => v - x[i])) / norm([...x])).toBeLessThan(0.01);
  });

  it("rounds halves to the even code, as the worked example does", () => {
    expect(numbers(fakeQuant(float([0.45, 0.125, 0.375]), 0.25, 0, { bits: 4, eps: 0 }))).toEqual([
      0.5, 0, 0.5,
    ]);
  });

  it("has the gradients of its formulas", () => {
    const [bits, s, b, r] = [3, 0.5, 0.2, 0.3];
    const run = compiledValueAndGrad(([x, s, b]: np.Array[], g: np.Array) =>
      fakeQuant(x, s, b, { bits, gradScale: r }).mul(g).sum(),
    );
    const g = normals(x.length, 2);
    const [, gradients] = run([float(x), float([s]), float([b])], float(g));
    const v = [...x].map((value) => (value - b) / (s + 1e-6));
    const isInside = v.map((value) => value >= -4 && value <= 3);
    const q = v.map((value) => Math.round(Math.min(Math.max(value, -4), 3)));
    expect(isInside.filter((inside) => !inside).length).toBeGreaterThan(0);
    const sum = (f: (i: number) => number) => v.reduce((total, _, i) => total + g[i] * f(i), 0);
    expect(numbers(gradients[0])).toEqual(
      [...g].map((value, i) => expect.closeTo(isInside[i] ? value : 0, 12)),
    );
    expect(gradients[1].item()).toBeCloseTo(r * sum((i) => (isInside[i] ? q[i] - v[i] : q[i])), 10);
    expect(gradients[2].item()).toBeCloseTo(r * sum((i) => Number(!isInside[i])), 10);
    run.dispose();
  });

  it("passes gradients at the least and the largest code, and none beyond", () => {
    const run = compiledValueAndGrad((at: np.Array) => fakeQuant(at, 0.25, 0, { bits: 4, eps: 0 }).sum());
    const [value, gradient] = run(float([-2.1, -2, 0.1, 1.75, 1.8]));
    value.dispose();
    run.dispose();
    expect(numbers(gradient)).toEqual([0, 1, 1, 1, 0]);
  });

  it("of one channel is that of the tensor", () => {
    const row = float(x, [1, 60]);
    for (const symmetric of [true, false]) {
      const [whole, byChannel] = [{}, { axis: 0 }].map((axis) =>
        initScale(row, { bits: 4, symmetric, ...axis }),
      );
      expect(byChannel).toEqual(whole);
      const out = (axis: object) =>
        numbers(fakeQuant(row.ref, float(whole.scale), float(whole.beta), { bits: 4, ...axis }));
      expect(out({ axis: 0 })).toEqual(out({}));
    }
  });

  it("with whole zero points has 0 among its numbers, half a step from the offset that was asked for", () => {
    const options = { bits: 4, eps: 0, snapZeroPoint: true } as const;
    expect(numbers(fakeQuant(float([0, -0.06, 1]), 0.25, -0.31, options))).toEqual([0, 0, 1]);
    const moved = compiledValueAndGrad((beta: np.Array) =>
      fakeQuant(float([9]), 0.25, beta, { ...options, gradScale: 1 }).sum(),
    );
    // Beyond the last code the output moves with the offset.
    expect(moved(float([-0.31]))[1].item()).toBeCloseTo(1, 12);
    moved.dispose();
  });

  it("takes the size of an offset, where it shall be as published", () => {
    const out = (beta: number, officialAbsOffset: boolean) =>
      numbers(fakeQuant(float(x), 0.3, beta, { bits: 4, officialAbsOffset }));
    expect(out(-0.4, true)).toEqual(out(0.4, false));
    expect(out(-0.4, false)).not.toEqual(out(0.4, false));
  });
});

describe("initScale", () => {
  it("finds the first of the ranges whose error is least", () => {
    const data = normals(40, 5);
    const { scale } = initScale(float(data), { bits: 3 });
    const largest = Math.max(...data.map(Math.abs));
    const errors = Array.from({ length: 80 }, (_, i) => {
      const s = (2 * (1 - 0.01 * i) * largest) / 7;
      const out = numbers(fakeQuant(float(data), s, 0, { bits: 3, eps: 0 }));
      return out.reduce((sum, v, j) => sum + Math.abs(v - data[j]) ** 2.4, 0);
    });
    const best = errors.indexOf(Math.min(...errors));
    expect(scale[0]).toBeCloseTo((2 * (1 - 0.01 * best) * largest) / 7, 12);
    expect(best).toBeGreaterThan(0);
  });

  it("has a step of 1 where there is no range, and loses nothing", () => {
    for (const [value, symmetric, signed] of [
      [0, true, true],
      [0, true, false],
      [0.7, false, true],
      [-3, false, true],
    ] as const) {
      const { scale, beta } = initScale(float([value, value]), { bits: 4, symmetric, signed });
      expect(scale[0]).toBe(1);
      const out = numbers(fakeQuant(float([value, 9]), scale[0], beta[0], { bits: 4, signed, eps: 0 }));
      expect(out[0]).toBeCloseTo(value, 12);
    }
  });

  it("treats each channel by itself, along any axis", () => {
    const w = normalArray([3, 4, 5], 7);
    const table = w.ref.js() as number[][][];
    const of = (channel: (i: number) => number[], axis: number) => {
      const { scale } = initScale(w, { bits: 4, axis });
      expect([...scale]).toEqual(
        [...scale].map((_, i) => initScale(float(channel(i)), { bits: 4 }).scale[0]),
      );
    };
    of((i) => table[i].flat(), 0);
    of((i) => table.flatMap((rows) => rows[i]), 1);
    of((i) => table.flatMap((rows) => rows.map((row) => row[i])), -1);
  });
});

describe("wdrLoss", () => {
  const w = () => normalArray([6, 7], 11);

  it("doesn't change when weights are stretched, moved or mirrored", () => {
    const value = wdrLoss([w()]).item();
    for (const [a, c] of [
      [3, 0],
      [0.2, -5],
      [-1, 2],
    ])
      expect(wdrLoss([w().mul(a).add(c)]).item()).toBeCloseTo(value, 9);
    expect(weightMoments(w().mul(-1)).skewness.item()).toBeCloseTo(-weightMoments(w()).skewness.item(), 12);
  });

  it("is 0 for evenly spread weights, in the limit, and 1.44 for normal ones", () => {
    const even = (n: number) => float(Float64Array.from({ length: n }, (_, i) => i));
    expect(wdrLoss([even(2000)]).item()).toBeLessThan(1e-4);
    expect(wdrLoss([float(normals(40000, 3))]).item()).toBeCloseTo(1.44, 0);
  });

  it("knows that two values of equal shares have kurtosis 1", () => {
    const { kurtosis, skewness } = weightMoments(float([-1, 1, 1, -1]), { std: "population" });
    expect(kurtosis.item()).toBeCloseTo(1, 12);
    expect(skewness.item()).toBeCloseTo(0, 12);
  });

  it("has the gradient of its formula", () => {
    const data = normals(30, 13);
    const n = data.length;
    const run = compiledValueAndGrad((w: np.Array) => wdrLoss([w], { std: "population" }));
    const gradient = numbers(run(float(data))[1]);
    run.dispose();
    const mean = data.reduce((a, b) => a + b) / n;
    const sigma = Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
    const u = [...data].map((v) => (v - mean) / sigma);
    const moment = (k: number) => u.reduce((sum, v) => sum + v ** k, 0) / n;
    const [skew, kurt] = [moment(3), moment(4)];
    const expected = u.map((v) => {
      const ofKurt = (4 / (n * sigma)) * (v ** 3 - skew - kurt * v);
      const ofSkew = (3 / (n * sigma)) * (v ** 2 - 1 - skew * v);
      return 2 * skew * ofSkew + 2 * (kurt - 1.8) * ofKurt;
    });
    expect(gradient).toEqual(expected.map((v) => expect.closeTo(v, 9)));
  });
});

describe("gpgLoss", () => {
  const logits = (seed: number) => normalArray([3, 4], seed);
  const y = () => labels(0, 3, 1);

  it("with lambda 0 is the sum of the cross-entropies", () => {
    const sum = [1, 2, 3, 4]
      .map((seed) => numbers(crossEntropy(logits(seed), y())))
      .reduce((a, b) => a.map((v, i) => v + b[i]));
    const all = { high: logits(1), random: [logits(2), logits(3)], low: logits(4) };
    expect(numbers(gpgLoss(all, y(), { lambda: 0 }))).toEqual(sum.map((v) => expect.closeTo(v, 9)));
  });

  it("has no divergence between equal logits", () => {
    const all = { high: logits(1), random: [logits(1)], low: logits(1) };
    const one = numbers(crossEntropy(logits(1), y()));
    expect(numbers(gpgLoss(all, y(), { lambda: 1 }))).toEqual(one.map((v) => expect.closeTo(v, 9)));
  });

  it("teaches without learning: no gradient reaches a teacher through its divergence", () => {
    type At = { high: np.Array; low: np.Array };
    const run = compiledValueAndGrad(({ high, low }: At) =>
      gpgLoss({ high, random: [], low }, y(), { lambda: 1 }).sum(),
    );
    const alone = compiledValueAndGrad((high: np.Array) => crossEntropy(high, y()).sum());
    const [, { high, low }] = run({ high: logits(1), low: logits(2) });
    expect(numbers(high)).toEqual(numbers(alone(logits(1))[1]).map((v) => expect.closeTo(v, 12)));
    expect(Math.hypot(...numbers(low))).toBeGreaterThan(0.1);
    run.dispose();
    alone.dispose();
  });

  it("leaves out rows of weight 0, whatever they hold", () => {
    const spoiled = (seed: number) => {
      const values = numbers(logits(seed));
      values[4] = Number.NaN;
      return float(values, [3, 4]);
    };
    const weights = () => float([1, 0, 2]);
    const of = (make: (seed: number) => np.Array) =>
      numbers(gpgLoss({ high: make(1), random: [make(2)], low: make(3) }, y(), { weights: weights() }));
    expect(of(spoiled)).toEqual(of(logits));
    expect(of(logits)[1]).toBe(0);
  });
});

describe("averageBits", () => {
  it("of the same bits everywhere are these bits, whatever the first and the last layer have", () => {
    const layers = [27, 144, 288, 40].map((n) => ({ weights: n, activations: 2 * n }));
    for (const endBits of [2, 8])
      expect(averageBits(layers, uniformConfigs(4, { bits: 5, endBits }))).toEqual({ weight: 5, act: 5 });
  });
});

describe("foldBatchNorm", () => {
  /** Statistics and scales that do something. */
  const stirred = ({ params, state }: Variables): Variables => {
    let seed = 0;
    const stir = (tree: Tree): Tree =>
      tree instanceof np.Array
        ? np.square(normalArray(tree.shape, seed++)).add(0.1)
        : Array.isArray(tree)
          ? tree.map(stir)
          : Object.fromEntries(Object.entries(tree as object).map(([name, leaf]) => [name, stir(leaf)]));
    return { params: stir(params), state: stir(state) };
  };

  it.each<[string, LayerLike[], number[]]>([
    [
      "behind dense and convolutional layers",
      [
        conv2d({ inputs: 2, outputs: 3, kernel: 2, bias: false }),
        batchNorm(3),
        relu,
        flatten(),
        dense({ inputs: 12, outputs: 4 }),
        batchNorm(4),
      ],
      [5, 3, 3, 2],
    ],
    [
      "before dense layers, with and without bias",
      [
        dense({ inputs: 4, outputs: 4 }),
        relu,
        batchNorm(4),
        dense({ inputs: 4, outputs: 4, bias: false }),
        relu,
        batchNorm(4),
        dense({ inputs: 4, outputs: 2 }),
      ],
      [5, 4],
    ],
  ])("%s leaves the outputs as they were", (_, pieces, shape) => {
    const variables = stirred(sequential(pieces).init(keyOf(3)));
    const x = normalArray(shape, 17);
    const run = (pieces: readonly LayerLike[], variables: Variables) =>
      numbers(sequential(pieces).apply(variables, x.ref, { training: false })[0]);
    const before = run(pieces, { params: refTree(variables.params), state: refTree(variables.state) });
    const folded = foldBatchNorm(pieces, variables);
    expect(folded.pieces.length).toBeLessThan(pieces.length);
    expect(run(folded.pieces, folded.variables)).toEqual(before.map((v) => expect.closeTo(v, 9)));
  });

  it("is refused where no layer stands beside", () => {
    const pieces = [dense({ inputs: 2, outputs: 2 }), relu, batchNorm(2), relu];
    expect(() => foldBatchNorm(pieces, sequential(pieces).init(keyOf(1)))).toThrow(
      'pieces[2]: expected a batch normalisation right behind a dense or conv2d layer, or right before a dense one, got "batchNorm(2)"',
    );
  });
});
