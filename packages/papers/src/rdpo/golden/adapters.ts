import type { numpy as np } from "@jax-js/jax";
import { estimateFlipRate, logLinearPreference } from "@minimand/lab/solvers";
import {
  conservativeDpoLoss,
  denoise,
  dpoLoss,
  hingePreferenceLoss,
  ipoLoss,
  noiseAwareDpoLoss,
  type PairLogps,
  pairGradientWeights,
  plackettLuceNll,
  probitPreferenceLoss,
  robustDpoLoss,
  robustify,
} from "minimand/losses";
import { type Adapters, float, meanAndGradients } from "../../kit/golden/adapters.ts";
import { preference } from "../../kit/golden/preference.fixture.ts";

type Options = { beta: number; epsilon: number };

/** As many judgements as a rate of agreement needs to be a number of them. */
const total = 2 ** 50;

type Loss = (pairs: PairLogps, options: { beta: number }) => np.Array;

const robust = (loss: Loss): Adapters[string] =>
  preference((pairs, { beta, epsilon }: Options) =>
    robustify((p: PairLogps) => loss(p, { beta }), epsilon)(pairs),
  );

export const adapters: Adapters = {
  sigmoid: preference((pairs, { beta }: Options) => dpoLoss(pairs, { beta })),
  cdpo: preference((pairs, { beta, epsilon }: Options) => conservativeDpoLoss(pairs, { beta, epsilon })),
  robust: preference((pairs, { beta, epsilon }: Options) => robustDpoLoss(pairs, { beta, epsilon })),
  noise_aware_nll: preference((pairs, { beta, epsilon }: Options) =>
    noiseAwareDpoLoss(pairs, { beta, epsilon }),
  ),
  robust_hinge: robust(hingePreferenceLoss),
  robust_probit: robust(probitPreferenceLoss),
  robust_ipo_trl: robust(ipoLoss),
  robust_ipo_paper: robust((pairs, { beta }) => ipoLoss(pairs, { beta }).mul(beta ** 2)),

  gradient_weights: ({ h }, options: Options) => {
    const of = (loss: "dpo" | "conservative" | "robust") =>
      pairGradientWeights(float(h), { loss, ...options }).js();
    return { dpo: of("dpo"), cdpo: of("conservative"), robust: of("robust") };
  },

  denoise_operator: ({ loss_as_observed: A, loss_swapped: B }, { epsilon }: Options) => {
    const denoised = denoise(float(A), float(B), epsilon);
    const denoisedSwapped = denoise(float(B), float(A), epsilon);
    const mixed = (a: np.Array, b: np.Array) =>
      a
        .mul(1 - epsilon)
        .add(b.mul(epsilon))
        .js();
    return {
      robust: denoised.ref.js(),
      conservative: mixed(float(A), float(B)),
      expectation_of_robust_under_flips: mixed(denoised, denoisedSwapped),
    };
  },

  loglinear_minimisers: (
    { feature_differences_winner_minus_loser: differences, theta_star: best },
    { beta, epsilon, theta_ref: reference },
  ) => {
    const n = differences.length;
    const covariance = best.map((_: number, j: number) =>
      best.map(
        (_: number, k: number) => differences.reduce((s: number, x: number[]) => s + x[j] * x[k], 0) / n,
      ),
    );
    const of = (loss: "dpo" | "conservative" | "robust") => {
      const { theta, loss: value } = logLinearPreference({ differences, beta, epsilon, loss, reference });
      const off = best.map((v: number, j: number) => theta[j] - v);
      const square = off.reduce(
        (s: number, a: number, j: number) =>
          s + off.reduce((t: number, b: number, k: number) => t + a * b * covariance[j][k], 0),
        0,
      );
      return { theta: [...theta], loss: value, error_sigma_norm: Math.sqrt(square) };
    };
    return {
      dpo: of("dpo"),
      cdpo: of("conservative"),
      robust: of("robust"),
      sample_covariance: covariance,
    };
  },

  robust_unbounded_detection: (
    { feature_differences_winner_minus_loser: differences },
    { beta, epsilon },
    expected,
  ) => {
    let bounded = true;
    try {
      logLinearPreference({ differences, beta, epsilon, loss: "robust" });
    } catch (error) {
      bounded = !/without a lower bound/.test((error as Error).message);
    }
    const held = logLinearPreference({ differences, beta, epsilon, loss: "robust", radius: 10 });
    return { bounded: bounded || held.bounded, note: expected.note };
  },

  plackett_luce_nll: ({ scores }) => {
    const { perExample, mean, gradients } = meanAndGradients((u) => plackettLuceNll(u), float(scores));
    return { per_example: perExample, value: mean, grad_scores: gradients[0] };
  },

  epsilon_from_agreement: ({ agreement_rate: rate }) => ({
    epsilon: estimateFlipRate.fromAgreement({ agreements: Math.round(rate * total), total }).epsilon,
  }),
};
