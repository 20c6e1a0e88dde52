import type { numpy as np } from "@jax-js/jax";
import { aggregateRisk, optimalRho, privateAggregateRisk } from "@minimand/lab/theory";
import { compiledValueAndGrad } from "minimand/engine";
import { type AggregateLossOptions, aggregateLoss, withinBagVariance } from "minimand/losses";
import { aggregateLinearFit, bagMeans, privatiseBagMeans } from "minimand/training";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

type Kind = AggregateLossOptions["kind"] | "withinVariance";

/** Value and gradient of one member of the family, and the values of its parts. */
const family: Adapters[string] = (
  { preds, logits, bagIds, bagMeans: means },
  options: Omit<AggregateLossOptions, "kind"> & { kind: Kind },
) => {
  const bags = Int32Array.from(bagIds);
  const { loss, weighting, rho } = options;
  const member = (kind: Kind) => (f: np.Array) =>
    kind === "withinVariance"
      ? withinBagVariance(f, bags, { weighting })
      : aggregateLoss(f, bags, float(means), { kind, loss, weighting, ...(rho !== undefined && { rho }) });
  const output = preds ?? logits;
  const run = compiledValueAndGrad(member(options.kind));
  const [value, gradient] = run(float(output));
  run.dispose();
  const part = (kind: Kind) => member(kind)(float(output)).item();
  return {
    value: value.item(),
    [preds === undefined ? "grad_logits" : "grad_preds"]: (gradient as np.Array).js(),
    bag: part("bag"),
    instance: part("instance"),
    ...(preds !== undefined && { withinVariance: part("withinVariance") }),
  };
};

export const adapters: Adapters = {
  bag_squared: family,
  instance_squared: family,
  interpolating_squared: family,
  withinVariance_squared: family,
  interpolating_squared_unequal_bags: family,
  bag_squared_unequal_weighting_bag: family,
  bag_logistic: family,
  instance_logistic: family,
  interpolating_logistic: family,

  linear_solver: ({ X, bagIds, bagMeans: means }, { rho, l2 }) => ({
    theta: [...aggregateLinearFit(X.flat(), bagIds, means, { rho, l2 }).theta],
  }),
  asymptotic: (_, options) => aggregateRisk(options),
  optimal_rho: (_, options) => optimalRho(options),
  dp_privatise_laplace: ({ y, bagIds, uniforms }, { bound, epsilon, sensitivity, mechanism }) => {
    const drawn = [...uniforms];
    const shared = { bound, epsilon, mechanism, clip: true };
    const { noisyMeans, scale } = privatiseBagMeans(y, bagIds, {
      ...shared,
      sensitivity,
      random: () => drawn.shift(),
    });
    const paper = privatiseBagMeans(y, bagIds, { ...shared, sensitivity: "paper", random: () => 0.5 });
    const clipped = y.map((v: number) => Math.max(-bound, Math.min(bound, v)));
    return {
      scale: scale[0],
      paperScale: paper.scale[0],
      noisyMeans: [...noisyMeans],
      clippedMeans: [...bagMeans(clipped, bagIds)],
    };
  },
  dp_risk: (_, options) => privateAggregateRisk(options),
};
