import {
  ballDomain,
  boxDomain,
  type Domain,
  dynamicEnsemble,
  l1Domain,
  linearLosses,
  type OnlineLearner,
  oftlStronglyConvex,
  oftrl,
  ogd,
  onlineNewton,
  optimisticOmd,
  optimisticOmdExpConcave,
  optimisticOmdImplicit,
  optimisticOmdStronglyConvex,
  quadraticLoss,
  type RoundLoss,
  seaQuantities,
  simplexDomain,
} from "@minimand/lab/online";
import type { Adapters } from "../../kit/golden/adapters.ts";

type DomainSpec = { kind: string; radius: number; center?: number[]; lower: number; upper: number };

function domainOf({ kind, radius, center, lower, upper }: DomainSpec, n: number): Domain {
  if (kind === "ball") return ballDomain(n, radius, center);
  if (kind === "box") return boxDomain(n, lower, upper);
  if (kind === "simplex") return simplexDomain(n);
  if (kind === "l1-ball") return l1Domain(n, radius);
  throw new RangeError(`domain.kind: expected a known domain, got ${kind}`);
}

// The vectors' gradients may be longer than their G.
const onExcess = (): void => {};

/** Plays the rounds and records what the vectors record. */
function play(learner: OnlineLearner, losses: readonly RoundLoss[], look: () => number[] = () => []) {
  const iterates: number[][] = [];
  const stepSizes: number[] = [];
  const values: number[] = [];
  const metaWeights: number[][] = [];
  for (const loss of losses) {
    const x = learner.predict();
    iterates.push([...x]);
    stepSizes.push(learner.report().step);
    metaWeights.push(look());
    values.push(loss.value(x));
    learner.update(loss.gradient(x));
  }
  return { iterates, stepSizes, variation: learner.report().variation, losses: values, metaWeights };
}

// biome-ignore lint/suspicious/noExplicitAny: as in Adapters.
type Json = any;

const quadratics = ({ P, q }: Json): RoundLoss[] =>
  P.map((matrix: number[][], t: number) => quadraticLoss({ curvature: matrix.flat(), pull: q[t] }));

const squares = ({ a, b }: Json): RoundLoss[] =>
  a.map((row: number[], t: number) => {
    const losses = linearLosses("square", ballDomain(row.length, 1));
    const round = { a: row, b: b[t] };
    return {
      value: (x: Float64Array) => losses.value(round, x),
      gradient: (x: Float64Array) => losses.gradient(round, x),
    };
  });

/** A learner on quadratics, from the vectors' options. */
const onQuadratics =
  (make: (common: { domain: Domain; x0?: number[] }, options: Json) => OnlineLearner): Adapters[string] =>
  (inputs, options) => {
    const domain = domainOf(options.domain, inputs.q[0].length);
    return play(make({ domain, x0: inputs.x0 }, options), quadratics(inputs));
  };

const convex = onQuadratics((common, { G, D, delta }) => optimisticOmd({ ...common, G, D, delta, onExcess }));

function rows(matrix: Float64Array, n: number): number[][] {
  return Array.from({ length: n }, (_, i) => [...matrix.subarray(i * n, (i + 1) * n)]);
}

const newton =
  (make: typeof onlineNewton): Adapters[string] =>
  (inputs, { domain, G, D, alpha }) => {
    const n = inputs.a[0].length;
    const learner = make({ domain: domainOf(domain, n), x0: inputs.x0, G, D, alpha, onExcess });
    const played = play(learner, squares(inputs));
    return {
      ...played,
      beta: 0.5 * Math.min(1 / (4 * G * D), alpha),
      finalH: rows(learner.matrix(), n),
    };
  };

export const adapters: Adapters = {
  "optimistic-omd-convex-ball": convex,
  "optimistic-omd-convex-box": convex,
  "optimistic-omd-convex-simplex": convex,
  "optimistic-omd-strongly-convex": onQuadratics((common, { lambda }) =>
    optimisticOmdStronglyConvex({ ...common, lambda }),
  ),
  "oftl-strongly-convex-sachs": onQuadratics((common, { mu }) => oftlStronglyConvex({ ...common, mu })),
  "ogd-convex": onQuadratics((common, { G, D }) => ogd({ ...common, G, D, onExcess })),
  "ogd-strongly-convex": onQuadratics((common, { mu }) => ogd({ ...common, mu })),
  "oftrl-convex-sachs": onQuadratics((common, { D, nu }) => oftrl({ ...common, D, nu })),
  "optimistic-omd-exp-concave": newton(optimisticOmdExpConcave),
  "online-newton-step": newton(onlineNewton),

  "project-ball-H-norm": ({ y, H }, { radius, center }) => ({
    value: [
      ...ballDomain(y.length, radius, center).projectInNorm(
        Float64Array.from(y),
        Float64Array.from(H.flat()),
      ),
    ],
  }),
  "project-simplex": ({ y }) => ({ value: [...simplexDomain(y.length).project(Float64Array.from(y))] }),

  "optimistic-omd-implicit-nonsmooth": ({ a, b, x0 }, { domain: spec, etaNumerator, delta }) => {
    const domain = domainOf(spec, a[0].length);
    const losses = linearLosses("square", domain);
    const learner = optimisticOmdImplicit({ domain, losses, x0, D: etaNumerator, delta });
    const iterates = a.map((row: number[], t: number) => {
      const x = [...learner.predict()];
      learner.update({ a: row, b: b[t] });
      return x;
    });
    return { iterates, variation: learner.report().hintError };
  },

  "dynamic-ensemble": (inputs, { domain: spec, D, G, L, pool, lambda }) => {
    const domain = domainOf(spec, inputs.q[0].length);
    const horizon = inputs.q.length;
    const learner = dynamicEnsemble({
      domain,
      x0: inputs.x0,
      D,
      G,
      L,
      pool,
      correction: lambda,
      horizon,
      onExcess,
    });
    return play(learner, quadratics(inputs), () => [...learner.weights()]);
  },

  "sea-quantities-linear-shift": ({ meanGradientShift, noiseStd }) => {
    const n = meanGradientShift[0].length;
    const rounds = meanGradientShift.map((pull: number[], t: number) => ({
      losses: [{ curvature: 0, pull }],
      noise: n * noiseStd[t] ** 2,
    }));
    return seaQuantities(rounds, ballDomain(n, 1));
  },
};
