import { rangeError } from "minimand/engine";
import type { Convex } from "./convex.ts";
import { readTable, type Tables } from "./preference-tables.ts";

/** Features of all contexts and actions, row-major `[S K, d]`. */
export interface Features {
  flat: Float64Array;
  d: number;
}

/** Checks features `[contexts][actions][d]`. */
export function readFeatures(features: unknown, { S, K }: Tables): Features {
  if (!Array.isArray(features) || features.length !== S)
    throw rangeError("features", `${S} contexts of ${K} rows of numbers`, features);
  const d = features[0]?.[0]?.length ?? 0;
  const flat = new Float64Array(S * K * d);
  for (let s = 0; s < S; s++) flat.set(readTable(`features[${s}]`, features[s], K, d).flat, s * K * d);
  return { flat, d };
}

/** `r(x, a) = phi(x, a) . w`, flat. */
export function rewardsOf({ flat, d }: Features, w: Float64Array): Float64Array {
  const r = new Float64Array(flat.length / d);
  for (let i = 0; i < r.length; i++) for (let j = 0; j < d; j++) r[i] += flat[i * d + j] * w[j];
  return r;
}

/** Returns a function of rewards as one of their parameters. */
export function composed(f: Convex, features: Features): Convex {
  const { flat, d } = features;
  return {
    size: d,
    value: (w) => f.value(rewardsOf(features, w)),
    derivatives(w) {
      const { gradient: g, hessian: h } = f.derivatives(rewardsOf(features, w));
      const [gradient, hessian] = [new Float64Array(d), new Float64Array(d * d)];
      const rows = g.length;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < d; j++) gradient[j] += g[i] * flat[i * d + j];
        const mixed = new Float64Array(d);
        for (let k = 0; k < rows; k++) {
          const entry = h[i * rows + k];
          if (entry !== 0) for (let j = 0; j < d; j++) mixed[j] += entry * flat[k * d + j];
        }
        for (let j = 0; j < d; j++)
          for (let k = 0; k < d; k++) hessian[j * d + k] += flat[i * d + j] * mixed[k];
      }
      return { gradient, hessian };
    },
  };
}
