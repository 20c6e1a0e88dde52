import { grad, jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { closeTo, numbers as values } from "../numbers.fixture.ts";
import { type MarginSoftmaxOptions, marginCrossEntropy, marginLogits, marginSoftmax } from "./index.ts";
import {
  batch,
  centerNumbers,
  classes,
  embeddingNumbers,
  everyMargin,
  features,
  ids,
} from "./margins.fixture.ts";

const matrix = (values: ArrayLike<number>, shape: number[]) => np.array(Float32Array.from(values), { shape });
const embeddings = (factor = 1) =>
  matrix(
    embeddingNumbers.map((v) => v * factor),
    [batch, features],
  );
/** Columns of unit norm, so that every margin may also take them as they are. */
const centers = () => {
  const norms = Array.from({ length: classes }, (_, j) =>
    Math.hypot(...Array.from({ length: features }, (_, k) => centerNumbers[k * classes + j])),
  );
  return matrix(
    centerNumbers.map((v, i) => v / norms[i % classes]),
    [features, classes],
  );
};
const close = closeTo(3e-5);

describe.each(everyMargin.map((m) => [m.name, m] as const))("margin %s", (_, { make, plus, needsNorms }) => {
  const loss = (e: np.Array, w: np.Array, y: np.Array, o: MarginSoftmaxOptions = {}) =>
    marginSoftmax(e, w, y, { ...make("float32"), ...o });
  const meanGrad = () => grad((e: np.Array, w: np.Array, y: np.Array) => loss(e, w, y).mean());

  it("gives one finite float32 value per example", () => {
    const out = loss(embeddings(), centers(), ids());
    expect(out.shape).toEqual([batch]);
    expect(out.dtype).toBe(np.float32);
    expect(values(out).every(Number.isFinite)).toBe(true);
  });

  it("has the same value and gradient in a user's own jit(grad(mean)) as eagerly", () => {
    const compiled = jit((e: np.Array, w: np.Array, y: np.Array) => loss(e, w, y));
    close(values(compiled(embeddings(), centers(), ids())), values(loss(embeddings(), centers(), ids())));
    const eager = values(meanGrad()(embeddings(), centers(), ids()));
    expect(eager.some((g) => Math.abs(g) > 1e-3)).toBe(true);
    close(values(jit(meanGrad())(embeddings(), centers(), ids())), eager);
  });

  it("leaves rows of weight 0 out, whatever they hold, and multiplies by the others", () => {
    const w = [1, 0, 2, 0.5, 1, 0];
    const bad = Float32Array.from(embeddingNumbers);
    bad.fill(Number.NaN, features, 2 * features);
    bad.fill(0, 5 * features);
    const at = (rows: ArrayLike<number>, o: MarginSoftmaxOptions) =>
      values(loss(matrix(rows, [batch, features]), centers(), ids(), o));
    const weighted = at(bad, { weights: np.array(w) });
    const mask = at(embeddingNumbers, { weights: np.array(w.map((v) => v > 0)) });
    close(
      weighted,
      mask.map((v, i) => v * w[i]),
    );
    expect([weighted[1], weighted[5]]).toEqual([0, 0]);
    if (plus === undefined) {
      const plain = at(embeddingNumbers, {});
      close(
        weighted,
        plain.map((v, i) => v * w[i]),
      );
    }
    const weightedGrad = jit(
      grad((e: np.Array, c: np.Array, y: np.Array, v: np.Array) => loss(e, c, y, { weights: v }).mean()),
    );
    const g = values(weightedGrad(matrix(bad, [batch, features]), centers(), ids(), np.array(w)));
    expect(g.every(Number.isFinite)).toBe(true);
    expect(g.slice(features, 2 * features).every((v) => v === 0)).toBe(true);
  });

  it("is finite, with its gradient, for embeddings on and opposite to their centres, and of any length", () => {
    const c = values(centers());
    const onCenters = (sign: number, length: number) =>
      matrix(
        Array.from({ length: batch * features }, (_, i) => {
          const label = [0, 3, 1, 2, 2, 0][Math.floor(i / features)];
          return sign * length * c[(i % features) * classes + label];
        }),
        [batch, features],
      );
    for (const sign of [1, -1]) {
      for (const length of needsNorms ? [1] : [1, 1e-25, 1e25]) {
        const g = values(jit(meanGrad())(onCenters(sign, length), centers(), ids()));
        expect(g.every(Number.isFinite)).toBe(true);
        const v = values(loss(onCenters(sign, length), centers(), ids()));
        expect(v.every(Number.isFinite)).toBe(true);
        // All cosines are equal here: rounding decides how '+' deals the margins out.
        if (plus === undefined) close(v, values(loss(onCenters(sign, 1), centers(), ids())), 1e-3);
      }
    }
  });

  it(
    plus ? "refuses distributions with a TypeError" : "takes distributions: the expectation over the label",
    () => {
      const q = [
        [1, 0, 0, 0],
        [0.25, 0.25, 0.25, 0.25],
        [0, 0.5, 0.5, 0],
      ];
      const distributions = () =>
        matrix(Array.from({ length: batch }, (_, i) => q[i % 3]).flat(), [batch, classes]);
      if (plus) {
        expect(() => loss(embeddings(), centers(), distributions())).toThrow(TypeError);
        return;
      }
      const perClass = Array.from({ length: classes }, (_, k) =>
        values(loss(embeddings(), centers(), np.array(new Int32Array(batch).fill(k)))),
      );
      const expected = perClass[0].map((_, i) =>
        perClass.reduce((s, v, k) => s + (q[i % 3][k] && q[i % 3][k] * v[i]), 0),
      );
      close(values(loss(embeddings(), centers(), distributions())), expected);
    },
  );

  it("is the cross-entropy of its own logits, and of cosines where it needs no norms", () => {
    const logits = marginLogits(embeddings(), centers(), ids(), make("float32"));
    expect(logits.shape).toEqual([batch, classes]);
    const rows = logits.js() as number[][];
    const expected = rows.map((z, i) => {
      const max = Math.max(...z);
      const label = [0, 3, 1, 2, 2, 0][i];
      return max + Math.log(z.reduce((s, v) => s + Math.exp(v - max), 0)) - z[label];
    });
    const { normalizeCenters: _kept, scale, ...rest } = make("float32");
    if (rest.margin?.kind !== "magface") close(values(loss(embeddings(), centers(), ids())), expected, 1e-4);
    const cosines = () => marginLogits(embeddings(), centers(), ids(), { scale: 1 });
    if (needsNorms) {
      if (rest.margin?.kind === "magface")
        expect(() => marginCrossEntropy(cosines(), ids(), rest)).toThrow(/margin.kind: expected a margin of/);
      expect(scale === "norm" || rest.margin?.kind === "magface").toBe(true);
      return;
    }
    close(values(marginCrossEntropy(cosines(), ids(), rest)), expected, 1e-4);
  });

  it("consumes what it is given and leaves no array alive", () => {
    const [e, w, y] = [embeddings(), centers(), ids()];
    const weights = np.array([1, 0.5, 2, 1, 0.25, 3]);
    expect(leakOf(() => loss(e.ref, w.ref, y.ref, { weights: weights.ref }).dataSync())).toBe(0);
    const step = jit(meanGrad());
    expect(leakOf(() => step(e.ref, w.ref, y.ref).dataSync())).toBe(0);
    expect(leakOf(() => marginLogits(e.ref, w.ref, y.ref, make("float32")).dataSync())).toBe(0);
    expect([e.refCount, w.refCount, y.refCount, weights.refCount]).toEqual([1, 1, 1, 1]);
  });
});

describe("marginSoftmax", () => {
  it("serves all scales and margins with one program, as inputs of it", () => {
    let traces = 0;
    const compiled = jit((e: np.Array, w: np.Array, y: np.Array, m: np.Array, scale: np.Array) => {
      traces++;
      return marginSoftmax(e, w, y, { scale, margin: { kind: "arcface", m } });
    });
    for (const [m, scale] of [
      [0, 16],
      [0.3, 8],
      [0.5, 64],
    ]) {
      const traced = compiled(embeddings(), centers(), ids(), np.array(m), np.array(scale));
      const plain = marginSoftmax(embeddings(), centers(), ids(), { scale, margin: { kind: "arcface", m } });
      close(values(traced), values(plain), 1e-4);
    }
    expect(traces).toBe(1);
  });

  it("draws its own margins from a key: the same for the same key, others for another", () => {
    const at = (seed: number) =>
      values(
        marginSoftmax(embeddings(), centers(), ids(), {
          margin: { kind: "elastic-arc", key: np.array(Uint32Array.of(seed, 7)), mean: 0.3, std: 0.1 },
        }),
      );
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  it("pulls the norms of MagFace up within their range and not beyond", () => {
    const gradient = (factor: number) =>
      values(
        grad((e: np.Array) =>
          marginSoftmax(e, centers(), ids(), {
            margin: { kind: "magface", lowerMargin: 0.4, upperMargin: 0.4, regularization: 1000 },
          }).mean(),
        )(embeddings(factor)),
      );
    const radial = (factor: number) =>
      gradient(factor).reduce((s, g, i) => s + g * embeddingNumbers[i] * factor, 0);
    expect(radial(10)).toBeLessThan(-1);
    expect(Math.abs(radial(1e4))).toBeLessThan(1e-3);
  });

  it("refuses bad labels, shapes, directions and margins, naming what was wrong", () => {
    const call =
      (o: MarginSoftmaxOptions = {}, e = embeddings(), w = centers(), y = ids()) =>
      () =>
        marginSoftmax(e, w, y, o);
    const zeroRow = Float32Array.from(embeddingNumbers).fill(0, 10, 15);
    expect(call({}, matrix(zeroRow, [batch, features]))).toThrow(
      'embeddings, row 2: expected a vector with a direction, got "zeros"',
    );
    const zeroColumn = Float32Array.from(centerNumbers, (v, i) => (i % classes === 1 ? 0 : v));
    expect(call({}, embeddings(), matrix(zeroColumn, [features, classes]))).toThrow(
      /centers, column 1: expected a vector with a direction/,
    );
    const nan = Float32Array.from(embeddingNumbers);
    nan[3] = Number.NaN;
    expect(call({}, matrix(nan, [batch, features]))).toThrow(
      "embeddings, row 0: expected finite numbers, got NaN",
    );
    const badIds = np.array(new Int32Array([0, 4, 1, 2, 2, 0]));
    expect(call({}, embeddings(), centers(), badIds)).toThrow(
      "labels: expected class ids from 0 to 3, got 4",
    );
    expect(call({}, embeddings(), centers(), np.array(new Int32Array([0, -1, 1, 2, 2, 0])))).toThrow(
      RangeError,
    );
    expect(call({}, embeddings(), matrix(centerNumbers, [classes, features]))).toThrow(
      /centers: expected shape \[5, 5\]/,
    );
    expect(call({ scale: 0 })).toThrow("scale: expected a finite number > 0, got 0");
    expect(call({ scale: Number.NaN })).toThrow(/scale: .* got NaN/);
    expect(call({ margin: { kind: "arcface", m: Math.PI } })).toThrow(/margin.m: .*< 3.14/);
    expect(call({ margin: { kind: "arcface", m: -0.1 } })).toThrow(/margin.m: .*got -0.1/);
    expect(call({ margin: { kind: "cosface", m: 2.5 } })).toThrow(/margin.m: .*<= 2, got 2.5/);
    expect(call({ margin: { kind: "sphereface", m: 1.5 } })).toThrow(/margin.m: expected an integer/);
    expect(call({ margin: { kind: "combined", m2: 4 } })).toThrow(/margin.m2/);
    expect(call({ margin: { kind: "magface", upperMargin: 0.1 } })).toThrow(/at least lowerMargin = 0.45/);
    expect(call({ margin: { kind: "magface", lowerNorm: 200 } })).toThrow(/margin.upperNorm/);
    expect(call({ margin: { kind: "face" } as never })).toThrow(/margin.kind: expected one of "none"/);
    expect(call({ margin: { kind: "elastic-arc", key: random.key(1), plus: "more" } as never })).toThrow(
      /margin.plus: expected one of "none"/,
    );
    const draws = (v: number) => np.array(new Float32Array(batch).fill(v));
    expect(call({ margin: { kind: "elastic-arc", draws: draws(3.5) } })).toThrow(/margin.draws\[0\]/);
    expect(call({ margin: { kind: "elastic-cos", draws: np.array([0.1, 0.2]) } })).toThrow(
      /margin.draws: expected shape \[6\]/,
    );
    expect(call({ margin: { kind: "elastic-arc" } as never })).toThrow(
      'margin: expected either key or draws, got "neither"',
    );
    expect(call({ weights: np.array([1, 2]) })).toThrow(/weights/);
  });
});
