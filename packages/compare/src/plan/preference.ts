import { numpy as np } from "@jax-js/jax";
import {
  type BatchLoss,
  conservativeDpoLoss,
  discopopLoss,
  dpoLoss,
  exoPairLoss,
  hingePreferenceLoss,
  ipoLoss,
  noiseAwareDpoLoss,
  type PairLogps,
  probitPreferenceLoss,
  robustDpoLoss,
} from "minimand";
import { logSoftmax } from "minimand/engine";
import type { LossCandidate } from "./candidate.ts";
import { tuning } from "./tuning.ts";

/**
 * Rewards of both responses, `[batch, 2]`, as a policy that chooses between them: its log-odds are the margin, and so are those of its
 * log-ratio to a reference that doesn't care. Consumes the rewards.
 *
 * @param labels int32 `[batch]`: 0 where the first response was chosen
 */
function policyOf(rewards: np.Array, labels: np.Array): PairLogps {
  const [rows] = rewards.shape;
  const logps = logSoftmax(rewards);
  const chosen = labels.reshape([-1, 1]).equal(np.arange(2).astype(np.int32).reshape([1, 2]));
  // A mask and a sum, since the compiled gradient of a slice can't be trusted.
  const policyChosen = np.where(chosen.ref, logps.ref, 0).sum(-1);
  const policyRejected = np.where(chosen, 0, logps).sum(-1);
  const indifferent = np.zeros([rows], { dtype: rewards.dtype });
  return { policyChosen, policyRejected, refChosen: indifferent.ref, refRejected: indifferent };
}

type Hyper = Parameters<BatchLoss>[2]["hyper"];

/** A loss of the library, which is given what is tuned as `options` says. */
const preferenceLoss = <O>(
  of: (pairs: PairLogps, options: O & { weights: np.Array }) => np.Array,
  options: (hyper: Hyper) => O,
): LossCandidate["loss"] => {
  return () =>
    (rewards, labels, { weights, hyper }) =>
      of(policyOf(rewards, labels), { ...options(hyper), weights });
};

const family = { kind: "loss", tasks: ["preference"] } as const;

/** The rewards have no scale of their own, so that what beta scales is how they start and what is a large step. */
const ofScale = {
  ...family,
  ...tuning({ beta: ["> 0, what the margin is multiplied by", 1, 0.3, 3] }),
};
const beta = ({ beta }: Hyper) => ({ beta });

/** Losses that know how many labels are flipped. */
const ofFlips = {
  ...family,
  ...tuning({
    flips: [">= 0, epsilon as a multiple of the lower end of the flip rate's interval", 1, 0.5, 1.5],
  }),
  hyper: ({ flipRate }: { flipRate: number }) => ({ flipRate }),
};
const epsilon = ({ flips, flipRate }: Hyper) => ({ beta: 1, epsilon: flips.mul(flipRate) });

/**
 * Losses of the margin h, the reward of the response that was chosen less that of the other one; the baseline first. RPO is not among them:
 * without a policy its penalty is Bradley-Terry at another temperature.
 */
export const preferenceCandidates: readonly LossCandidate[] = [
  {
    ...ofScale,
    id: "bradley-terry",
    label: "Bradley-Terry",
    reference: "Bradley, Terry 1952, Biometrika 39",
    formula: "-log sigma(beta h)",
    loss: preferenceLoss(dpoLoss, beta),
  },
  {
    ...ofScale,
    id: "preference-hinge",
    label: "Hinge of the margin",
    reference: "Zhao et al. 2023, arXiv 2305.10425",
    formula: "max(0, 1 - beta h)",
    loss: preferenceLoss(hingePreferenceLoss, beta),
  },
  {
    ...ofScale,
    id: "ipo",
    label: "IPO",
    reference: "Azar et al. 2023, arXiv 2310.12036",
    formula: "(h - 1 / (2 beta))^2",
    loss: preferenceLoss(ipoLoss, beta),
  },
  {
    ...ofFlips,
    id: "cdpo",
    label: "cDPO (smoothed labels)",
    reference: "Mitchell 2023, A note on DPO with noisy preferences",
    formula: "-(1 - epsilon) log sigma(h) - epsilon log sigma(-h)",
    loss: preferenceLoss(conservativeDpoLoss, epsilon),
  },
  {
    ...ofFlips,
    id: "rdpo",
    label: "rDPO (unbiased)",
    paper: "rdpo",
    formula: "(-(1 - epsilon) log sigma(h) + epsilon log sigma(-h)) / (1 - 2 epsilon)",
    loss: preferenceLoss(robustDpoLoss, epsilon),
  },
  {
    ...ofFlips,
    id: "noise-aware",
    label: "Noise-aware likelihood",
    formula: "-log(epsilon + (1 - 2 epsilon) sigma(h))",
    loss: preferenceLoss(noiseAwareDpoLoss, epsilon),
  },
  {
    ...ofScale,
    id: "probit",
    label: "Probit (Thurstone)",
    reference: "Thurstone 1927, Psychological Review 34",
    formula: "-log Phi(beta h)",
    onlyByName: true,
    loss: preferenceLoss(probitPreferenceLoss, beta),
  },
  {
    ...ofScale,
    id: "exo-pair",
    label: "EXO",
    reference: "Ji et al. 2024, arXiv 2402.00856",
    formula: "s log(s / 0.999) + (1 - s) log((1 - s) / 0.001), s = sigma(beta h)",
    onlyByName: true,
    loss: preferenceLoss(exoPairLoss, beta),
  },
  {
    ...ofScale,
    id: "discopop",
    label: "DiscoPOP",
    reference: "Lu et al. 2024, arXiv 2406.08414",
    formula: "(1 - m) log(1 + e^-z) + m e^-z, m = sigma(z / 0.05), z = beta h",
    onlyByName: true,
    loss: preferenceLoss(discopopLoss, beta),
  },
];
