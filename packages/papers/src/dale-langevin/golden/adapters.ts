import { numpy as np } from "@jax-js/jax";
import {
  daleLangevinStep,
  geometricBrownianMotion,
  logNormalMarginal,
  multiplicativeScoreMatching,
  nonnegativeScoreMatching,
  unconstrainedStep,
} from "@minimand/lab/generative";
import { compiledValueAndGrad } from "minimand/engine";
import { frechetDistance, kernelDistance } from "minimand/metrics";
import { applyUpdates, exponentiatedGradient } from "minimand/optimizers";
import { exactChain } from "../../../../lab/src/generative/exact-chain.fixture.ts";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

const values = (x: np.Array) => x.js();

const matching: Adapters[string] = ({ x0, t, xt, modelHyvarinen }, { mu, sigma, weighting }) => {
  const options = {
    mu,
    sigma,
    weighting: weighting === ("unweighted" as never) ? ("none" as never) : weighting,
  };
  const run = compiledValueAndGrad((scores: np.Array) =>
    multiplicativeScoreMatching(scores, float(xt), float(x0), float(t), options).mean(),
  );
  const [value, gradient] = run(float(modelHyvarinen));
  run.dispose();
  return {
    value: value.item(),
    perExample: values(
      multiplicativeScoreMatching(float(modelHyvarinen), float(xt), float(x0), float(t), options),
    ),
    grad_modelHyvarinen: values(gradient),
  };
};

/** Score matching of a model's `grad log p` on data, the mean over them. */
const implicit = (data: number[][], score: (x: np.Array) => np.Array): number =>
  nonnegativeScoreMatching(score, float(data)).mean().item();

const stepOf = (w: number[], grad: number[], eta: number, form: "signed" | "positive" | "reparametrised") => {
  const weights = float(form === "positive" ? w.map(Math.abs) : w);
  const optimizer = exponentiatedGradient(eta, { form });
  const [updates] = optimizer.update(float(grad), optimizer.init(weights), weights.ref);
  return values(applyUpdates(weights, updates));
};

export const adapters: Adapters = {
  gbm_forward_and_conditional_scores({ x0, t, z }, options) {
    const motion = geometricBrownianMotion(options as object);
    const xt = motion.sample(float(x0), float(t), float(z));
    const h = motion.conditionalScore(xt.ref, float(x0), float(t));
    return { hyvarinenScore: values(h.ref), steinScore: values(h.div(xt.ref)), xt: values(xt) };
  },
  mdsm_unweighted: matching,
  mdsm_sigma2t: matching,
  mdsm_code: matching,
  sampler_steps({ x, stein, z }, { mu, sigma, delta, anneal }) {
    const options = { motion: geometricBrownianMotion({ mu, sigma }), delta, anneal };
    const scores = () => float(stein).mul(float(x));
    return {
      daleLangevin: values(daleLangevinStep(float(x), scores(), { ...options, noise: float(z) })),
      unconstrainedMultiplicative: values(
        unconstrainedStep(float(x), scores(), { ...options, noise: float(z) }),
      ),
      denoiserDls: values(daleLangevinStep(float(x), scores(), options)),
      denoiserUms: values(unconstrainedStep(float(x), scores(), options)),
    };
  },
  lognormal_marginal_score({ x }: { x: number[] }, { m0, s0, mu, sigma, t }) {
    const motion = geometricBrownianMotion({ mu, sigma });
    const data = logNormalMarginal({ motion, mean: m0, deviation: s0, t });
    return {
      logMean: data.mean,
      logVar: data.variance,
      hyvarinenScore: data.score(float([x])).js()[0],
      logDensity: data.logDensity(float([x])).js()[0],
    };
  },
  dls_reverse_chain_log_moments(_, { m0, s0, mu, sigma, steps }) {
    const motion = geometricBrownianMotion({ mu, sigma });
    const moments = exactChain({ motion, mean: m0, deviation: s0 }, steps);
    return { logMeanVar: moments.map(({ mean, variance }) => [mean, variance]) };
  },
  exponentiated_gradient_step: ({ w, grad }, { eta }) => ({
    egPlain_positive: stepOf(w, grad, eta, "positive"),
    egDale_signed: stepOf(w, grad, eta, "signed"),
    egReparam_w_times_grad: stepOf(w, grad, eta, "reparametrised"),
  }),
  nonnegative_score_matching({ data }: { data: number[][] }, { lognormal, gamma }) {
    const logs = data.flat().map(Math.log);
    const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
    const a = mean(logs);
    const b2 = mean(logs.map((l) => (l - a) ** 2));
    const { a: m, b } = lognormal as { a: number; b: number };
    const { shape, scale } = gamma as { shape: number; scale: number };
    const ofGamma = (k: number, rate: number) =>
      implicit(data, (x) =>
        np
          .reciprocal(x)
          .mul(k - 1)
          .sub(rate),
      );
    const [m1, m2] = [mean(data.flat()), mean(data.flat().map((x) => x ** 2))];
    // J is quadratic in q = shape - 1 and the rate: [[1, -m1], [-m1, m2]] (q, r) = (-1, 2 m1).
    const det = m2 - m1 ** 2;
    const [q, r] = [(-m2 + 2 * m1 ** 2) / det, (2 * m1 - m1) / det];
    return {
      J_lognormal: implicit(data, (x) =>
        np
          .log(x.ref)
          .sub(m)
          .div(b ** 2)
          .add(1)
          .neg()
          .div(x),
      ),
      J_gamma: ofGamma(shape, 1 / scale),
      minimiser_lognormal: { a, b2 },
      minimiser_gamma: { shape: q + 1, rate: r, J: ofGamma(q + 1, r) },
    };
  },
  frechet_and_kid_on_features: ({ real, fake }: { real: number[][]; fake: number[][] }) => ({
    frechet: frechetDistance(real.flat(), fake.flat(), real[0].length),
    kid: kernelDistance(real.flat(), fake.flat(), real[0].length),
  }),
};
