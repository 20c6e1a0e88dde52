import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { closeTo } from "../numbers.fixture.ts";
import {
  type Margin,
  type MarginSoftmaxOptions,
  marginSoftmax,
  normalizedSoftmaxLowerBound,
} from "./index.ts";
import {
  batch,
  centerNumbers,
  classes,
  embeddingNumbers,
  everyMargin,
  features,
  ids,
} from "./margins.fixture.ts";

// Exact mathematics: float64 on the cpu device.
const array = (values: readonly number[], shape: number[]) => np.array(Float64Array.from(values), { shape });
const losses = (e: readonly number[], w: readonly number[], o: MarginSoftmaxOptions): number[] => [
  ...(marginSoftmax(
    array(e, [batch, features]),
    array(w, [features, classes]),
    ids(),
    o,
  ).dataSync() as Float64Array),
];
const number = fc.double({ min: -3, max: 3, noNaN: true });
const vectors = (count: number) =>
  fc.array(
    number.map((v) => v + 0.01),
    { minLength: count, maxLength: count },
  );
const close = closeTo(1e-9);
const quick = { numRuns: 8 };

describe.each(everyMargin.map((m) => [m.name, m] as const))("margin %s", (_, { make, plus, needsNorms }) => {
  it("has the gradient of its finite differences, in embeddings and centres", () => {
    const run = compiledValueAndGrad(([e, w]: np.Array[]) =>
      marginSoftmax(e, w, ids(), make("float64")).mean(),
    );
    const [value, [ge, gw]] = run([
      array(embeddingNumbers, [batch, features]),
      array(centerNumbers, [features, classes]),
    ]);
    value.dispose();
    run.dispose();
    expectSlopes(
      ([e, w]) => losses([...e], [...w], make("float64")).reduce((a, b) => a + b, 0) / batch,
      [embeddingNumbers, centerNumbers],
      [ge.dataSync(), gw.dataSync()],
      { tolerance: 3e-7 },
    );
    // The '+' variants deal the margins out by the cosines; a small step changes no order.
    expect(plus ?? true).toBe(true);
  });

  if (!needsNorms && make("float64").normalizeCenters !== false) {
    it("does not depend on the norms of embeddings and centres, and its gradient is orthogonal to them", () => {
      const run = compiledValueAndGrad(([e, w]: np.Array[]) =>
        marginSoftmax(e, w, ids(), make("float64")).mean(),
      );
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 10, maxLength: 10 }),
          (factors) => {
            const e = embeddingNumbers.map((v, i) => v * factors[Math.floor(i / features)]);
            const w = centerNumbers.map((v, i) => v * factors[6 + (i % classes)]);
            close(
              losses(e, w, make("float64")),
              losses(embeddingNumbers, centerNumbers, make("float64")),
              1e-8,
            );
            const [value, [ge, gw]] = run([array(e, [batch, features]), array(w, [features, classes])]);
            value.dispose();
            const [de, dw] = [ge.dataSync(), gw.dataSync()];
            for (let i = 0; i < batch; i++) {
              let along = 0;
              for (let k = 0; k < features; k++) along += e[i * features + k] * de[i * features + k];
              expect(Math.abs(along)).toBeLessThan(1e-8);
            }
            for (let j = 0; j < classes; j++) {
              let along = 0;
              for (let k = 0; k < features; k++) along += w[k * classes + j] * dw[k * classes + j];
              expect(Math.abs(along)).toBeLessThan(1e-8);
            }
          },
        ),
        quick,
      );
      run.dispose();
    });
  }
});

describe("relations between margins", () => {
  const same = (a: (dtype: "float64") => Margin, b: Margin) => {
    fc.assert(
      fc.property(vectors(batch * features), vectors(features * classes), (e, w) => {
        close(losses(e, w, { margin: a("float64") }), losses(e, w, { margin: b }), 1e-7);
      }),
      quick,
    );
  };
  const constant = (m: number) => np.array(new Float64Array(batch).fill(m));

  it("elastic margins without spread are ArcFace and CosFace, '+' or not", () => {
    for (const plus of ["none", "paper", "official-code"] as const) {
      same(() => ({ kind: "elastic-arc", plus, draws: constant(0.4) }), { kind: "arcface", m: 0.4 });
      same(() => ({ kind: "elastic-cos", plus, draws: constant(0.3) }), { kind: "cosface", m: 0.3 });
    }
    const key = () => np.array(Uint32Array.of(3, 4));
    same(() => ({ kind: "elastic-arc", key: key(), mean: 0.4, std: 0 }), { kind: "arcface", m: 0.4 });
  });

  it("margins of 0, and SphereFace with m = 1, are the normalised softmax", () => {
    same(() => ({ kind: "arcface", m: 0 }), { kind: "none" });
    same(() => ({ kind: "cosface", m: 0 }), { kind: "none" });
    same(() => ({ kind: "sphereface", m: 1 }), { kind: "none" });
    same(() => ({ kind: "elastic-arc", draws: constant(0) }), { kind: "none" });
  });

  it("the combined margin holds ArcFace and CosFace, also with a multiple that is no integer", () => {
    same(() => ({ kind: "combined", m1: 1, m2: 0.5 }), { kind: "arcface", m: 0.5 });
    same(() => ({ kind: "combined", m3: 0.3 }), { kind: "cosface", m: 0.3 });
    fc.assert(
      fc.property(vectors(batch * features), vectors(features * classes), (e, w) => {
        close(
          losses(e, w, { margin: { kind: "combined", m1: 2.0000001, m2: 0.2 } }),
          losses(e, w, { margin: { kind: "combined", m1: 2, m2: 0.2 } }),
          1e-3,
        );
      }),
      quick,
    );
  });

  it("MagFace with one margin for all norms is ArcFace plus its pull on the norms", () => {
    const margin = (regularization: number): Margin => ({
      kind: "magface",
      lowerNorm: 1,
      upperNorm: 3,
      lowerMargin: 0.4,
      upperMargin: 0.4,
      regularization,
    });
    const arc = losses(embeddingNumbers, centerNumbers, { margin: { kind: "arcface", m: 0.4 } });
    close(losses(embeddingNumbers, centerNumbers, { margin: margin(0) }), arc, 1e-7);
    const pulled = losses(embeddingNumbers, centerNumbers, { margin: margin(2) });
    const norm = (i: number) => Math.hypot(...embeddingNumbers.slice(i * features, (i + 1) * features));
    pulled.forEach((v, i) => {
      const a = Math.min(3, Math.max(1, norm(i)));
      expect(v - arc[i]).toBeCloseTo(2 * (1 / a + a / 9), 6);
    });
  });
});

/** Embeddings at angles from their centre, in the plane; the other centre is orthogonal to it. */
function lossesAtAngles(angles: readonly number[], options: MarginSoftmaxOptions): number[] {
  const e = array(
    angles.flatMap((theta) => [Math.cos(theta), Math.sin(theta), 0]),
    [angles.length, 3],
  );
  const w = array([1, 0, 0, 0, 0, 1], [3, 2]);
  return [...marginSoftmax(e, w, np.array(new Int32Array(angles.length)), options).dataSync()];
}
const lossAtAngle = (theta: number, options: MarginSoftmaxOptions): number =>
  lossesAtAngles([theta], options)[0];

describe("the target's logit", () => {
  const psis = (angles: readonly number[], options: MarginSoftmaxOptions): number[] =>
    lossesAtAngles(angles, { ...options, scale: 1 }).map((loss) => -Math.log(Math.expm1(loss)));

  it("gives the worked numbers", () => {
    const at = (margin: Margin) => lossAtAngle(Math.PI / 3, { scale: 1, margin });
    expect(at({ kind: "none" })).toBeCloseTo(0.47407698, 7);
    expect(at({ kind: "cosface", m: 0.2 })).toBeCloseTo(0.55435524, 7);
    expect(at({ kind: "arcface", m: 0.5 })).toBeCloseTo(0.68141849, 7);
  });

  it("is lowered by a margin as long as theta + m stays below pi, more by a larger one", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (theta, first, share) => {
          const room = Math.PI - theta;
          const small = first * room * 0.98;
          const large = small + share * (room - small);
          for (const kind of ["arcface", "cosface"] as const) {
            const [a, b] = [small, large].map((m) =>
              lossAtAngle(theta, { margin: { kind, m: Math.min(m, 2) } }),
            );
            expect(b).toBeGreaterThanOrEqual(a - 1e-9);
          }
        },
      ),
      quick,
    );
  });

  it("of SphereFace falls from 1 to 1 - 2m without a jump", () => {
    for (const m of [2, 3, 4, 5]) {
      const options: MarginSoftmaxOptions = { margin: { kind: "sphereface", m } };
      const [first, last] = psis([1e-7, Math.PI - 1e-7], options);
      expect(first).toBeCloseTo(1, 6);
      expect(last).toBeCloseTo(1 - 2 * m, 5);
      let before = 1.0001;
      const steps = Array.from({ length: 201 }, (_, i) => (i * Math.PI) / 200);
      for (const value of psis(steps, options)) {
        expect(value).toBeLessThanOrEqual(before + 1e-6);
        expect(before - value).toBeLessThan((2 * m * Math.PI) / 200);
        before = value;
      }
      for (let k = 1; k < m; k++) {
        const knot = (k * Math.PI) / m;
        const [left, right] = psis([knot - 1e-6, knot + 1e-6], options);
        expect(Math.abs(left - right)).toBeLessThan(1e-5);
      }
    }
  });

  it("never rises with the angle where a monotone one is asked for; without, it does", () => {
    const rises = (monotone: boolean) => {
      const angles = Array.from({ length: 100 }, (_, i) => (i * Math.PI) / 99);
      const path = psis(angles, { margin: { kind: "arcface", m: 0.9 }, monotone });
      return path.slice(1).some((v, i) => v > path[i] + 1e-9);
    };
    expect([rises(true), rises(false)]).toEqual([false, true]);
  });
});

describe("the normalised softmax", () => {
  it("is never below its bound on balanced classes, and reaches it on a simplex", () => {
    fc.assert(
      fc.property(
        vectors(classes * features),
        vectors(features * classes),
        fc.double({ min: 0.1, max: 30, noNaN: true }),
        (e, w, scale) => {
          const balanced = np.array(Int32Array.from({ length: classes }, (_, i) => i));
          const mean = marginSoftmax(array(e, [classes, features]), array(w, [features, classes]), balanced, {
            scale,
          })
            .mean()
            .item();
          expect(mean).toBeGreaterThan(normalizedSoftmaxLowerBound(classes, scale) - 1e-12);
        },
      ),
      quick,
    );
    const angles = [0, (2 * Math.PI) / 3, (4 * Math.PI) / 3];
    const w = array([...angles.map(Math.cos), ...angles.map(Math.sin)], [2, 3]);
    const e = array(
      angles.flatMap((a) => [Math.cos(a), Math.sin(a)]),
      [3, 2],
    );
    const value = marginSoftmax(e, w, np.array(new Int32Array([0, 1, 2])), { scale: 10 })
      .mean()
      .item();
    expect(value / 6.118045e-7).toBeCloseTo(1, 6);
    expect(normalizedSoftmaxLowerBound(3, 10) / 6.118045e-7).toBeCloseTo(1, 6);
  });

  it("tends to log C as the scale tends to 0", () => {
    for (const v of losses(embeddingNumbers, centerNumbers, { scale: 1e-6 }))
      expect(v).toBeCloseTo(Math.log(classes), 5);
    expect(normalizedSoftmaxLowerBound(2, 1)).toBeCloseTo(0.12692801, 8);
  });
});
