import { numpy as np } from "@jax-js/jax";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "../../../engine/compile.ts";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import { closeTo, numbers } from "../../numbers.fixture.ts";
import { type AldrOptions, aldrInit, aldrKl, ldrKl } from "../index.ts";

fc.configureGlobal({ numRuns: 15 });

const K = 4;
const batch = 3;
const rows = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
  minLength: batch * K,
  maxLength: batch * K,
});
const logits = (f: readonly number[]) => np.array(Float64Array.from(f), { shape: [batch, K] });
const ids = () => np.array(Int32Array.from([2, 0, 3]));
const vector = (v: readonly number[]) => np.array(Float64Array.from(v));
const run = (f: readonly number[], memory: readonly number[], options: AldrOptions, labels = ids()) => {
  const [values, lambda] = aldrKl(logits(f), labels, vector(memory), options);
  return { values: numbers(values), lambda: numbers(lambda) };
};
/** The same, compiled once for all scores, memories and values of lambda0. */
const compiled = (options: AldrOptions) => {
  const program = compileWithJit((f: np.Array, memory: np.Array, lambda0: np.Array) =>
    aldrKl(f, ids(), memory, { ...options, lambda0 }),
  );
  return (f: readonly number[], memory: readonly number[], lambda0: number) => {
    const [values, lambda] = program(logits(f), vector(memory), np.array(lambda0, { dtype: np.float64 }));
    return { values: numbers(values), lambda: numbers(lambda) };
  };
};
const close = closeTo(1e-6);

describe("aldrKl", () => {
  it.each(["previous", "exact"] as const)(
    "%s: keeps lambda in [lambda0 (1 - 1 / alpha), lambda0]",
    (lambdaUpdate) => {
      const adapt = compiled({ alpha: 1.5, lambdaUpdate });
      fc.assert(
        fc.property(rows, fc.double({ min: 0.05, max: 20, noNaN: true }), (f, lambda0) => {
          let memory = [...aldrInit(batch, { lambda0 }).lambda];
          for (let visit = 0; visit < 2; visit++) {
            memory = adapt(f, memory, lambda0).lambda;
            for (const value of memory) {
              expect(value).toBeGreaterThanOrEqual((lambda0 / 3) * (1 - 1e-6));
              expect(value).toBeLessThanOrEqual(lambda0 * (1 + 1e-6));
            }
          }
        }),
      );
    },
  );

  it("leaves lambda at lambda0 for equal scores and lowers it for confident ones", () => {
    const { lambda } = run([0, 0, 0, 0, 3, 1, 0, 0, 9, 0, 0, 0], [2, 2, 2], { lambda0: 2 });
    close([lambda[0]], [2], 1e-4);
    expect(lambda[1]).toBeLessThan(2);
    expect(lambda[2]).toBeLessThan(lambda[1]);
  });

  it("tends to LDR-KL with lambda0 as the anchor hardens", () => {
    fc.assert(
      fc.property(rows, (f) => {
        const { values, lambda } = run(f, [1, 1, 1], { alpha: 1e7 });
        close(lambda, [1, 1, 1]);
        close(values, numbers(ldrKl(logits(f), ids(), { lambda: 1 })));
      }),
    );
  });

  it("exact: is stationary, does not use the memory, and is at least LDR-KL with lambda0", () => {
    const adapt = compiled({ lambdaUpdate: "exact" });
    fc.assert(
      fc.property(rows, (f) => {
        const { values, lambda } = adapt(f, [1.5, 1.5, 1.5], 1.5);
        expect(adapt(f, [0.9, 1, 1.1], 1.5)).toEqual({ values, lambda });
        numbers(ldrKl(logits(f), ids(), { lambda: 1.5 })).forEach((v, i) => {
          expect(values[i]).toBeGreaterThanOrEqual(v - 1e-6);
        });
        const y = [2, 0, 3];
        lambda.forEach((value, i) => {
          const row = f.slice(i * K, (i + 1) * K);
          const u = row.map((v, k) => (k === y[i] ? 0 : v - row[y[i]] + 0.1) / value);
          const e = u.map((v) => Math.exp(v - Math.max(...u)));
          const total = e.reduce((a, b) => a + b, 0);
          const kl = e.reduce((a, v) => a + (v > 0 ? (v / total) * Math.log((K * v) / total) : 0), 0);
          expect(Math.abs(1.5 - (1.5 * kl) / (2 * Math.log(K)) - value)).toBeLessThan(1e-5);
        });
      }),
    );
  });

  it("holds lambda constant in its gradient: that of LDR-KL at the new lambda", () => {
    const f = [1, -2, 0.5, 3, 0.2, 0.1, -1, 2, 4, 0, 1, -3];
    for (const normalize of ["none", "l1", "softplus-l1"] as const) {
      const options = { lambda0: 0.8, normalize };
      const { lambda } = run(f, [0.5, 0.8, 0.6], options);
      const adaptive = compiledValueAndGrad((x: np.Array) => {
        const [values, next] = aldrKl(x, ids(), vector([0.5, 0.8, 0.6]), options);
        next.dispose();
        return values.sum();
      });
      const fixed = compiledValueAndGrad((x: np.Array) =>
        ldrKl(x, ids(), { lambda: vector(lambda), normalize }).sum(),
      );
      const [a, ga] = adaptive(logits(f));
      const [b, gb] = fixed(logits(f));
      a.dispose();
      b.dispose();
      close(numbers(ga), numbers(gb));
    }
  });

  it("exact: gives the expected lambda for label distributions, and ignores rows of weight 0", () => {
    const f = [1, -2, 0.5, 3, 0.2, 0.1, -1, 2, 4, 0, 1, -3];
    const options = { lambda0: 1, lambdaUpdate: "exact" } as const;
    const each = Array.from({ length: K }, (_, k) =>
      run(f, [1, 1, 1], options, np.array(Int32Array.from([k, k, k]))),
    );
    const q = [0.5, 0.5, 0, 0, 0, 1, 0, 0, 0.25, 0.25, 0.25, 0.25];
    const got = run(f, [1, 1, 1], options, np.array(Float64Array.from(q), { shape: [batch, K] }));
    const expected = (what: "values" | "lambda") =>
      Array.from({ length: batch }, (_, i) => each.reduce((s, e, k) => s + q[i * K + k] * e[what][i], 0));
    close(got.values, expected("values"));
    close(got.lambda, expected("lambda"));
    const weighted = [...f];
    weighted[0] = Number.NaN;
    const [values, lambda] = aldrKl(
      logits(weighted),
      np.array(Float64Array.from(q), { shape: [batch, K] }),
      vector([1, 1, 1]),
      { ...options, weights: vector([0, 1, 2]) },
    );
    close(numbers(values), [0, got.values[1], 2 * got.values[2]]);
    close(numbers(lambda).slice(1), got.lambda.slice(1));
  });

  it("refuses a missing, wrongly shaped or non-positive memory, alpha <= 1, lambda0 <= 0", () => {
    const f = [1, -2, 0.5, 3, 0.2, 0.1, -1, 2, 4, 0, 1, -3];
    const call =
      (lambda: np.Array | undefined, options: AldrOptions = {}) =>
      () =>
        aldrKl(logits(f), ids(), lambda as np.Array, options);
    expect(call(undefined)).toThrow(/lambda: expected a float array \[batch\]/);
    expect(call(vector([1, 1]))).toThrow(/lambda: expected shape \[3\]/);
    expect(call(vector([1, 0, 1]))).toThrow(/lambda: expected finite numbers > 0, got 0/);
    expect(call(vector([1, Number.NaN, 1]))).toThrow(/got NaN/);
    expect(call(vector([1, 1, 1]), { alpha: 1 })).toThrow(/alpha: expected a finite number > 1, got 1/);
    expect(call(vector([1, 1, 1]), { lambda0: 0 })).toThrow(/lambda0: expected a finite number > 0, got 0/);
    expect(() => aldrInit(0)).toThrow(/examples/);
    expect(() => aldrInit(3, { lambda0: Number.NaN })).toThrow(/lambda0: .* got NaN/);
  });
});
