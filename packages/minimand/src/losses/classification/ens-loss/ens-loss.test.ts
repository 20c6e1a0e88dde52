import { grad, jit, numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import { closeTo, numbers } from "../../numbers.fixture.ts";
import { type EnsLossTail, ensLoss, ensLossCotangent, ensLossDerivatives } from "../index.ts";

const ids = (...y: number[]) => np.array(new Int32Array(y));
const floats = (x: number[]) => np.array(new Float32Array(x));
const close = closeTo(2e-6);
const batch = 6;
const scores = [0.4, -1.2, 3.1, -2.2, 0.9, 5.5];
const labels = [1, 1, 1, 0, 0, 1];
const noise = [0.3, -0.8, -0.1, 1.4, -2.1, 0.05];

describe("ensLoss", () => {
  it("has the gradient t g / batch in its mean, whatever the tail, eagerly and compiled", () => {
    const tails: EnsLossTail[] = ["inverse", "inverse-log2", "none", { power: 1.5 }];
    for (const tail of tails) {
      const margins = scores.map((f, i) => (labels[i] === 1 ? f : -f));
      const g = numbers(ensLossDerivatives(floats(margins), floats(noise), { tail }));
      const expected = g.map((v, i) => ((labels[i] === 1 ? 1 : -1) * v) / batch);
      const mean = grad((f: np.Array, u: np.Array) => ensLoss(f, ids(...labels), { noise: u, tail }).mean());
      close(numbers(mean(floats(scores), floats(noise))), expected);
      close(numbers(jit(mean)(floats(scores), floats(noise))), expected);
      const cotangent = ensLossCotangent(floats(scores), ids(...labels), { noise: floats(noise), tail });
      close(numbers(cotangent), expected);
      const values = numbers(ensLoss(floats(scores), ids(...labels), { noise: floats(noise), tail }));
      close(
        values,
        g.map((v, i) => v * margins[i]),
      );
    }
  });

  it("draws the same from the same key, eagerly and compiled, and other numbers from another", () => {
    const at = (seed: number) => numbers(ensLoss(floats(scores), ids(...labels), { key: random.key(seed) }));
    expect(at(3)).toEqual(at(3));
    expect(at(3)).not.toEqual(at(4));
    const compiled = jit((f: np.Array, key: np.Array) => ensLoss(f, ids(...labels), { key }));
    close(numbers(compiled(floats(scores), random.key(3))), at(3));
    close(numbers(compiled(floats(scores), random.key(4))), at(4));
    const phantom = jit((f: np.Array, key: np.Array) =>
      ensLoss(f, ids(...labels), { key, phantomZero: true, generator: "exponential" }),
    );
    const values = numbers(phantom(floats(scores), random.key(3)));
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("takes scores as [batch, 1] and as two logits, with cotangents of the same shape", () => {
    const key = () => random.key(7);
    const expected = numbers(ensLoss(floats(scores), ids(...labels), { key: key() }));
    const column = () => floats(scores).reshape([batch, 1]);
    const pair = () => floats(scores.flatMap((f, i) => [i, i + f])).reshape([batch, 2]);
    close(numbers(ensLoss(column(), ids(...labels), { key: key() })), expected);
    close(numbers(ensLoss(pair(), ids(...labels), { key: key() })), expected);
    for (const f of [column, pair]) {
      const gradient = jit(grad((x: np.Array, k: np.Array) => ensLoss(x, ids(...labels), { key: k }).mean()))(
        f(),
        key(),
      );
      const cotangent = ensLossCotangent(f(), ids(...labels), { key: key() });
      expect(cotangent.shape).toEqual(gradient.shape);
      close(numbers(cotangent), numbers(gradient));
    }
  });

  it("keeps rows of weight 0 out of the ranking, whatever they hold, and multiplies by other weights", () => {
    const w = [1, 0, 2, 1, 0, 0.5];
    const kept = [0, 2, 3, 5];
    const some = (x: number[]) => kept.map((i) => x[i]);
    const expected = numbers(
      ensLoss(floats(some(scores)), ids(...some(labels)), { noise: floats(some(noise)) }),
    );
    const dirty = scores.map((f, i) => (w[i] === 0 ? Number.NaN : f));
    const dirtyLabels = labels.map((y, i) => (w[i] === 0 ? 9 : y));
    const options = () => ({ noise: floats(noise), weights: floats(w) });
    const values = numbers(ensLoss(floats(dirty), ids(...dirtyLabels), options()));
    close(
      some(values),
      expected.map((v, i) => v * w[kept[i]]),
    );
    expect([values[1], values[4]]).toEqual([0, 0]);
    const gradient = jit(
      grad((f: np.Array, u: np.Array, v: np.Array) =>
        ensLoss(f, ids(...labels), { noise: u, weights: v }).mean(),
      ),
    );
    const g = numbers(gradient(floats(dirty), floats(noise), floats(w)));
    close(g, numbers(ensLossCotangent(floats(dirty), ids(...labels), options())));
    expect([g[1], g[4]]).toEqual([0, 0]);
  });

  it("keeps a phantom margin in the ranking beside rows of weight 0", () => {
    const w = [1, 0, 2, 1, 0, 0.5];
    const kept = [0, 2, 3, 5];
    const some = (x: number[]) => kept.map((i) => x[i]);
    const all = numbers(
      ensLoss(floats(scores), ids(...labels), {
        noise: floats([...noise, -0.4]),
        weights: floats(w.map((v) => Number(v > 0))),
        phantomZero: true,
      }),
    );
    const expected = numbers(
      ensLoss(floats(some(scores)), ids(...some(labels)), {
        noise: floats([...some(noise), -0.4]),
        phantomZero: true,
      }),
    );
    close(some(all), expected);
  });

  it("stays finite at scores of +-1e4", () => {
    for (const f of [1e4, -1e4]) {
      const value = (x: np.Array, u: np.Array) => ensLoss(x, ids(...labels), { noise: u });
      const at = () => floats(scores.map((s) => Math.sign(s) * f));
      expect(numbers(value(at(), floats(noise))).every(Number.isFinite)).toBe(true);
      const gradient = jit(grad((x: np.Array, u: np.Array) => value(x, u).mean()));
      expect(numbers(gradient(at(), floats(noise))).every(Number.isFinite)).toBe(true);
    }
  });

  it("serves every lambda by one compiled program", () => {
    const compiled = jit((f: np.Array, u: np.Array, boxCoxLambda: np.Array) =>
      ensLoss(f, ids(...labels), { noise: u, boxCoxLambda }),
    );
    fc.assert(
      fc.property(fc.constantFrom(-1, -0.5, -1e-9, 0, 0.3, 1, 2), (lambda) => {
        const traced = numbers(compiled(floats(scores), floats(noise), np.array(lambda)));
        const options = { noise: floats(noise), boxCoxLambda: lambda };
        close(traced, numbers(ensLoss(floats(scores), ids(...labels), options)), 1e-5);
      }),
      { numRuns: 20 },
    );
  });

  it("refuses distributions and other bad input", () => {
    const f = floats(scores);
    const y = ids(...labels);
    const key = random.key(0);
    const call =
      (o: object, given: np.Array = f.ref, target: np.Array = y.ref) =>
      () =>
        ensLoss(given, target, { key: key.ref, ...o });
    expect(call({}, f.ref, np.ones([batch, 2]).mul(0.5))).toThrow(
      /^ensLoss labels: expected int32\[batch\] class ids \(this loss takes no distributions\)/,
    );
    expect(call({}, f.ref, np.ones([batch, 2]))).toThrow(TypeError);
    expect(call({}, f.ref, ids(1, 1, 1, 0, 0, -1))).toThrow(/labels: expected class ids from 0 to 1, got -1/);
    expect(call({}, np.zeros([batch, 3]))).toThrow(/^scores: expected a float array \[batch\], \[batch, 1\]/);
    expect(call({}, floats([1, 2, 3, Number.NaN, 5, 6]))).toThrow("scores: expected numbers, got NaN");
    expect(call({ noise: floats(noise) })).toThrow(/options: expected either key or noise, got "both"/);
    expect(call({ key: undefined })).toThrow(/options: expected either key or noise, got "neither"/);
    expect(call({ key: undefined, noise: floats([1, 2]) })).toThrow(/^noise: expected shape \[6\], got/);
    expect(call({ tail: "linear" })).toThrow(
      /^tail: expected "inverse", "inverse-log2", "none" or \{ power \}/,
    );
    expect(call({ tail: { power: -1 } })).toThrow(/^tail.power: expected a finite number > 0, got -1/);
    expect(call({ clip: 0 })).toThrow(/^clip: expected a finite number > 0, got 0/);
    expect(call({ epsilon: -1e-6 })).toThrow(/^epsilon: expected a finite number >= 0/);
    expect(call({ boxCoxLambda: Number.NaN })).toThrow(/^boxCoxLambda: .* got NaN/);
    expect(call({ generator: "uniform" })).toThrow(/^generator: expected one of "box-cox", "exponential"/);
  });

  it("leaves no array alive and consumes what it is given", () => {
    const f = floats(scores);
    const y = ids(...labels);
    const u = floats(noise);
    const w = floats([1, 0, 2, 1, 0, 0.5]);
    const key = random.key(5);
    expect(leakOf(() => ensLoss(f.ref, y.ref, { noise: u.ref, weights: w.ref }).dataSync())).toBe(0);
    expect(leakOf(() => ensLoss(f.ref, y.ref, { key: key.ref, phantomZero: true }).dataSync())).toBe(0);
    expect(leakOf(() => ensLossCotangent(f.ref, y.ref, { key: key.ref, weights: w.ref }).dataSync())).toBe(0);
    const step = jit(
      grad((x: np.Array, t: np.Array, k: np.Array, v: np.Array) =>
        ensLoss(x, t, { key: k, weights: v }).mean(),
      ),
    );
    expect(leakOf(() => step(f.ref, y.ref, key.ref, w.ref).dataSync())).toBe(0);
    expect([f, y, u, w, key].map((x) => x.refCount)).toEqual([1, 1, 1, 1, 1]);
  });
});
