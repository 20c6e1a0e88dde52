import { expit, log1pExp } from "minimand/engine";
import type { Convex } from "./convex.ts";
import type { Tables } from "./preference-tables.ts";

/** `-mean_i log sigma(r_w - r_l)` */
export function preferences({ chosen, rejected, S, K }: Tables): Convex {
  const n = chosen.length;
  const size = S * K;
  return {
    size,
    value: (r) => chosen.reduce((sum, w, i) => sum + log1pExp(r[rejected[i]] - r[w]), 0) / n,
    derivatives(r) {
      const [gradient, hessian] = [new Float64Array(size), new Float64Array(size * size)];
      for (let i = 0; i < n; i++) {
        const [w, l] = [chosen[i], rejected[i]];
        const wrong = expit(r[l] - r[w]);
        gradient[w] -= wrong / n;
        gradient[l] += wrong / n;
        const curvature = (wrong * expit(r[w] - r[l])) / n;
        hessian[w * size + w] += curvature;
        hessian[l * size + l] += curvature;
        hessian[w * size + l] -= curvature;
        hessian[l * size + w] -= curvature;
      }
      return { gradient, hessian };
    },
  };
}

/** Returns the adversary's objective F. */
export function pessimistic(tables: Tables): Convex {
  const { S, K, base, d0, beta, eta } = tables;
  const fit = preferences(tables);
  return {
    size: fit.size,
    value(r) {
      let gain = 0;
      for (let s = 0; s < S; s++) {
        let baseline = 0;
        for (let a = 0; a < K; a++) baseline += base[s * K + a] * r[s * K + a];
        gain += d0[s] * (beta * logPartition(tables, r, s) - baseline);
      }
      return eta * gain + fit.value(r);
    },
    derivatives(r) {
      const { gradient, hessian } = fit.derivatives(r);
      const policy = bestPolicy(tables, r);
      for (let s = 0; s < S; s++)
        for (let a = 0; a < K; a++) {
          const i = s * K + a;
          gradient[i] += eta * d0[s] * (policy[i] - base[i]);
          const scale = (eta * d0[s] * policy[i]) / beta;
          hessian[i * fit.size + i] += scale;
          for (let b = 0; b < K; b++) hessian[i * fit.size + s * K + b] -= scale * policy[s * K + b];
        }
      return { gradient, hessian };
    },
  };
}

/** Returns the objective of rewards against a policy that stays: linear in them, but for the preferences. */
export function against(tables: Tables, policy: Float64Array): Convex {
  const { K, ref, base, d0, beta, eta } = tables;
  const fit = preferences(tables);
  const pull = policy.map((p, i) => eta * d0[Math.floor(i / K)] * (p - base[i]));
  const divergence = policy.reduce(
    (sum, p, i) => sum + (p > 0 ? d0[Math.floor(i / K)] * p * Math.log(p / ref[i]) : 0),
    0,
  );
  return {
    size: fit.size,
    value: (r) => r.reduce((sum, v, i) => sum + pull[i] * v, 0) - eta * beta * divergence + fit.value(r),
    derivatives(r) {
      const { gradient, hessian } = fit.derivatives(r);
      for (let i = 0; i < gradient.length; i++) gradient[i] += pull[i];
      return { gradient, hessian };
    },
  };
}

function logPartition({ K, ref, beta }: Tables, r: Float64Array, s: number): number {
  let largest = -Infinity;
  for (let i = s * K; i < (s + 1) * K; i++) largest = Math.max(largest, r[i] / beta);
  let sum = 0;
  for (let i = s * K; i < (s + 1) * K; i++) sum += ref[i] * Math.exp(r[i] / beta - largest);
  return largest + Math.log(sum);
}

/** Returns the policy that is best for rewards and near the reference: `ref exp(r / beta) / Z`. */
export function bestPolicy(tables: Tables, r: Float64Array): Float64Array {
  const { S, K, ref, beta } = tables;
  const policy = new Float64Array(S * K);
  for (let s = 0; s < S; s++) {
    const logZ = logPartition(tables, r, s);
    for (let i = s * K; i < (s + 1) * K; i++) policy[i] = ref[i] * Math.exp(r[i] / beta - logZ);
  }
  return policy;
}
