import { numpy as np } from "@jax-js/jax";
import type { Parameter } from "../../engine/parameter.ts";
import type { Given, ParameterValues } from "../parameters.fixture.ts";
import type { LossOptions } from "../per-example.ts";
import {
  aotLoss,
  aotUnpairedLoss,
  apoDownLoss,
  apoZeroLoss,
  bcoPairLoss,
  conservativeDpoLoss,
  discopopLoss,
  dpoLoss,
  exoPairLoss,
  hingePreferenceLoss,
  ipoLoss,
  ncaPairLoss,
  noiseAwareDpoLoss,
  orpoLoss,
  type PairLogps,
  type PolicyPairLogps,
  type PreferenceOptions,
  probitPreferenceLoss,
  robustDpoLoss,
  rpoLoss,
  sftLoss,
  simpoLoss,
  sppoHardLoss,
} from "./index.ts";

/** A loss of preferences as its conformance suite calls it. */
export interface ConformingPreferenceLoss {
  name: string;
  loss: (pairs: PairLogps, options: LossOptions, given?: Given) => np.Array;
  /** Its parameters and the values that it is tested with: all that may be inputs of a program. */
  parameters: ParameterValues;
  /** Its value where policy and reference agree; none where it depends on the log-probabilities themselves. */
  atReference?: number;
  /** True where an example's value depends on the others of its batch. */
  wholeBatch?: true;
  /** True where only parameters and derivatives are tested, since all else is of its body, which is in the list before. */
  isVariant?: true;
  /** True where the rejected response is not looked at. */
  chosenOnly?: true;
}

type Traits = Omit<ConformingPreferenceLoss, "name" | "loss" | "parameters">;

/** Options, and all parameters of a loss. */
type With<Options, Values> = Options & { [Name in keyof Values]: Parameter };

function wrap<Values extends ParameterValues>(
  name: string,
  loss: (pairs: PairLogps, options: With<LossOptions, Values>) => np.Array,
  parameters: Values,
  traits: Traits = {},
): ConformingPreferenceLoss {
  return {
    name,
    loss: (pairs, options, given = parameters) =>
      loss(pairs, { ...options, ...given } as With<LossOptions, Values>),
    parameters,
    ...traits,
  };
}

/** A loss of implicit rewards as it is, and with an alpha-divergence of scores that are divided by lengths. */
function ofRewards<Values extends ParameterValues>(
  name: string,
  loss: (pairs: PairLogps, options: With<PreferenceOptions, Values>) => np.Array,
  parameters: Values,
  traits: Traits,
): ConformingPreferenceLoss[] {
  return [
    wrap(name, loss as Parameters<typeof wrap<Values>>[1], parameters, traits),
    wrap(
      `${name}, alpha-divergence of lengths`,
      (pairs, { alpha, ...options }) =>
        loss(pairs, {
          ...(options as With<LossOptions, Values>),
          lengthNormalize: true,
          divergence: { alpha },
        }),
      { ...parameters, alpha: 0.7 },
      { ...traits, isVariant: true },
    ),
  ];
}

const beta = 0.3;
const log2 = Math.LN2;

/** Every loss of preferences joins the conformance suite by one line here. */
export const conformingPreferenceLosses: readonly ConformingPreferenceLoss[] = [
  ...ofRewards("dpoLoss", dpoLoss, { beta }, { atReference: log2 }),
  wrap(
    "dpoLoss, forward divergence",
    (p, o) => dpoLoss(p, { ...o, divergence: "forward-kl" }),
    { beta },
    {
      atReference: log2,
    },
  ),
  wrap(
    "dpoLoss, Jensen-Shannon",
    (p, o) => dpoLoss(p, { ...o, divergence: "jensen-shannon" }),
    { beta },
    {
      atReference: log2,
    },
  ),
  ...ofRewards("conservativeDpoLoss", conservativeDpoLoss, { beta, epsilon: 0.2 }, { atReference: log2 }),
  ...ofRewards("robustDpoLoss", robustDpoLoss, { beta, epsilon: 0.2 }, { atReference: log2 }),
  ...ofRewards("noiseAwareDpoLoss", noiseAwareDpoLoss, { beta, epsilon: 0.2 }, { atReference: log2 }),
  ...ofRewards("hingePreferenceLoss", hingePreferenceLoss, { beta: 0.1 }, { atReference: 1 }),
  ...ofRewards("ipoLoss", ipoLoss, { beta }, { atReference: 1 / (4 * beta * beta) }),
  ...ofRewards("probitPreferenceLoss", probitPreferenceLoss, { beta }, { atReference: log2 }),
  ...ofRewards("exoPairLoss", exoPairLoss, { beta, epsilon: 0.1 }, { atReference: -log2 - Math.log(0.3) }),
  ...ofRewards("discopopLoss", discopopLoss, { beta, tau: 0.5 }, { atReference: log2 / 2 + 1 / 2 }),
  ...ofRewards("ncaPairLoss", ncaPairLoss, { beta }, { atReference: 2 * log2 }),
  ...ofRewards(
    "bcoPairLoss",
    bcoPairLoss,
    { beta, delta: 0.4 },
    {
      atReference: Math.log1p(Math.exp(0.4)) + Math.log1p(Math.exp(-0.4)),
    },
  ),
  ...ofRewards("sppoHardLoss", sppoHardLoss, { beta }, { atReference: 1 / (2 * beta * beta) }),
  ...ofRewards("apoZeroLoss", apoZeroLoss, { beta }, { atReference: 1 }),
  ...ofRewards("apoDownLoss", apoDownLoss, { beta }, { atReference: 1 }),
  ...ofRewards(
    "aotUnpairedLoss",
    aotUnpairedLoss,
    { beta, epsilon: 0.1 },
    {
      atReference: log2,
      wholeBatch: true,
    },
  ),
  wrap("aotLoss", aotLoss, { beta, epsilon: 0.1 }, { atReference: log2, wholeBatch: true }),
  wrap("sftLoss", sftLoss, {}, { wholeBatch: true, chosenOnly: true }),
  // They divide by lengths, which `pairsFrom` gives.
  wrap("simpoLoss", (p, o) => simpoLoss(p as PolicyPairLogps, o), { beta: 2, gamma: 0.5 }),
  wrap("orpoLoss", (p, o) => orpoLoss(p as PolicyPairLogps, o), { lambda: 0.3 }),
  ...ofRewards("rpoLoss", rpoLoss, { beta, eta: 0.5 }, {}),
  wrap("rpoLoss, mean", (p, o) => rpoLoss(p, { ...o, sft: "mean" }), { beta, nllWeight: 0.3 }),
  wrap(
    "rpoLoss, token mean",
    (p, o) => rpoLoss(p, { ...o, sft: "token-mean" }),
    { beta, nllWeight: 0.3 },
    {
      wholeBatch: true,
    },
  ),
  wrap(
    "rpoLoss, robust, of given responses",
    (p, o) =>
      rpoLoss(p, {
        ...o,
        base: { logps: p.policyChosen.ref.add(p.policyRejected.ref).mul(0.5) },
        pairLoss: (q, given) => robustDpoLoss(q, { ...given, epsilon: 0.2 }),
      }),
    { beta, eta: 0.5 },
  ),
];

/** Arrays `[batch, 2]` of the policy's and the reference's log-probabilities, chosen first, as pairs with lengths. */
export function pairsFrom(policy: np.Array, reference: np.Array): PairLogps {
  const n = policy.shape[0];
  const column = (x: np.Array, k: number): np.Array => x.mul(np.array([1 - k, k]).astype(x.dtype)).sum(-1);
  const lengths = (from: number): np.Array =>
    np.array(Float32Array.from({ length: n }, (_, i) => 1 + ((i + from) % 4)));
  return {
    policyChosen: column(policy.ref, 0),
    policyRejected: column(policy, 1),
    refChosen: column(reference.ref, 0),
    refRejected: column(reference, 1),
    chosenLengths: lengths(0),
    rejectedLengths: lengths(2),
  };
}
