import {
  dilatedBonusDp,
  ftrlRegret,
  hedge,
  localBonus,
  logBarrierFtrl,
  matrixGeometricResampling,
  policyEvaluationDp,
  qEstimate,
  ramp,
  regularisedInverse,
} from "@minimand/lab/online";
import type { Adapters } from "../../kit/golden/adapters.ts";

/** Turns nested typed arrays into plain arrays, as the vectors have them. */
const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) ? [...(value as Float64Array)] : Array.isArray(value) ? value.map(plain) : value;

const estimate =
  (estimator: "plain" | "magnitude-reduced"): Adapters[string] =>
  ({ sigmaInv, phiChosen, phi, phiResample }, { suffixLoss, H }) => {
    const observation = { sigmaInverse: sigmaInv, chosen: phiChosen, suffixLoss, features: phi };
    // The vectors of the plain estimator don't have H; any upper bound of the loss does for it.
    const horizon = H ?? Math.max(1, Math.ceil(suffixLoss));
    const { q, theta, m } = qEstimate(observation, { estimator, horizon, resampled: phiResample });
    return { value: q, theta, m };
  };

export const adapters: Adapters = {
  "log-barrier-ftrl": ({ cumLoss }, { eta }) => {
    const { policy, dual } = logBarrierFtrl(cumLoss, { eta });
    return { value: policy, lambda: dual };
  },
  hedge: ({ cumLoss }, { eta }) => ({ value: hedge(cumLoss, { eta }) }),
  "log-barrier-sequence": ({ losses, comparator }, { eta }) => {
    const { policies, regret, bound } = ftrlRegret(losses, { regularizer: "log-barrier", eta, comparator });
    return { policies: plain(policies), regret, bound };
  },
  "matrix-geometric-resampling": ({ features }, { gamma, c }) => ({
    value: plain(matrixGeometricResampling(features, { gamma, c })),
  }),
  "regularised-empirical-inverse": ({ features }, { gamma }) => ({
    value: plain(regularisedInverse(features, { gamma })),
  }),
  "q-estimator-plain": estimate("plain"),
  "q-estimator-magnitude-reduced": estimate("magnitude-reduced"),
  "local-bonus": ({ sigmaInv, phi, policy }, { beta }) => ({
    value: localBonus({ features: phi, sigmaInverse: sigmaInv, policy, beta }),
  }),
  "dilated-bonus-dp": ({ bonus, transition, policy }, { H }) => ({
    value: plain(dilatedBonusDp({ bonus, transition, policy, horizon: H })),
  }),
  "policy-evaluation-dp": ({ loss, transition, policy }) => ({
    value: plain(policyEvaluationDp({ loss, transition, policy })),
  }),
  ramp: ({ y }, { z }) => ({ value: ramp(y, { z }) }),
};
