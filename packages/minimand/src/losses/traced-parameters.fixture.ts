import { numpy as np, random } from "@jax-js/jax";
import {
  aggregateLoss,
  amplify,
  batchContrastiveLoss,
  batchTriplet,
  contrastiveLoss,
  denoise,
  desensitizeLengths,
  drawSimilarityLoss,
  elasticMargins,
  ensLoss,
  ensLossCotangent,
  ensLossDerivatives,
  ensLossOneVsRest,
  ensLossPairwise,
  gaussianGram,
  implicitRewards,
  infoNceLoss,
  inverseBoxCox,
  jointPromptLoss,
  type Margin,
  marginCrossEntropy,
  marginLogits,
  marginSoftmax,
  minSnrWeights,
  ntXentLoss,
  type PairLogps,
  pairGradientWeights,
  robustify,
  softConfusionMatrix,
  sphericalSoftmax,
  supConLoss,
  trajectoryLoss,
  triplet,
  truncatedGcePrune,
  weightedBce,
} from "./index.ts";
import type { Given, ParameterValues } from "./parameters.fixture.ts";

/** What takes parameters, as a function of an array `[6, 4]`. */
interface Case {
  name: string;
  loss: (x: np.Array, given: Given) => np.Array;
  parameters: ParameterValues;
}

function wrap<Name extends string>(
  name: string,
  loss: (x: np.Array, given: { [N in Name]: number | np.Array }) => np.Array,
  parameters: { [N in Name]: number },
): Case {
  return { name, loss: loss as Case["loss"], parameters };
}

const [rows, width] = [6, 4];
const waves = (phase: number) =>
  np.array(
    Float32Array.from({ length: rows * width }, (_, i) => Math.sin(3 * i + phase)),
    { shape: [rows, width] },
  );
const ids = (classes: number) => np.array(Int32Array.from({ length: rows }, (_, i) => i % classes));
const sums = (x: np.Array) => x.sum(-1).mul(0.3);
// A key made inside a program gives other numbers than outside.
const key = random.key(1);
const probabilities = (x: np.Array) => np.reciprocal(np.exp(sums(x)).add(1));

/** A margin in each of the losses that take one. */
function inMargins<Name extends string>(
  kind: string,
  makeMargin: (given: { [N in Name]: number | np.Array }) => Margin,
  parameters: { [N in Name]: number },
): Case[] {
  const all = { scale: 8, ...parameters };
  const centers = () => waves(0.7).slice([0, width]);
  const options = ({ scale, ...given }: Given) => ({ scale, margin: makeMargin(given as never) });
  return [
    wrap(`marginSoftmax, ${kind}`, (x, given) => marginSoftmax(x, centers(), ids(4), options(given)), all),
    wrap(`marginLogits, ${kind}`, (x, given) => marginLogits(x, centers(), ids(4), options(given)), all),
    wrap(
      `marginCrossEntropy, ${kind}`,
      (x, given) => marginCrossEntropy(x.mul(0.9), ids(4), options(given)),
      all,
    ),
  ];
}

/** Four sums of the entries, as log-probabilities of pairs. */
function pairsOf(x: np.Array): PairLogps {
  const s = sums(x);
  const logp = (k: number) => np.square(s.ref.add(k)).mul(-1);
  const pairs = { policyChosen: logp(1), policyRejected: logp(2), refChosen: logp(3), refRejected: logp(4) };
  s.dispose();
  return pairs;
}

/** A robust loss of margins whose epsilon, which is the caller's, is given up. */
function robustified(margins: np.Array, epsilon: number | np.Array): np.Array {
  const value = robustify((m: np.Array) => np.square(m.sub(1)), epsilon)(margins);
  if (typeof epsilon === "object") epsilon.dispose();
  return value;
}

const ofDerivatives = { boxCoxLambda: 0.4 };

/** All that take parameters and aren't in the suites, as they take something else than the losses there. */
export const tracedParameters: readonly Case[] = [
  wrap("triplet", (x, o) => triplet(x, waves(2), waves(3), o), { margin: 0.7 }),
  wrap("batchTriplet", (x, o) => batchTriplet(x, ids(2), o), { margin: 0.7 }),
  wrap("contrastiveLoss", (x, o) => contrastiveLoss(x, waves(2), ids(2), o), { margin: 1.5 }),
  wrap("batchContrastiveLoss", (x, o) => batchContrastiveLoss(x, ids(2), o), { margin: 1.5 }),
  wrap("infoNceLoss", (x, o) => infoNceLoss(x, waves(2), o), { temperature: 0.7 }),
  wrap("ntXentLoss", (x, o) => ntXentLoss(x, ids(2), o), { temperature: 0.7 }),
  wrap("supConLoss", (x, o) => supConLoss(x, ids(2), o), { temperature: 0.7 }),
  ...inMargins("arcface", ({ m }) => ({ kind: "arcface", m }), { m: 0.4 }),
  ...inMargins("cosface", ({ m }) => ({ kind: "cosface", m }), { m: 0.4 }),
  ...inMargins("combined", (given) => ({ kind: "combined", m1: 2, ...given }), { m2: 0.3, m3: 0.2 }),
  ...inMargins("elastic", (given) => ({ kind: "elastic-arc", key: key.ref, ...given }), {
    mean: 0.3,
    std: 0.1,
  }),
  ...[marginSoftmax, marginLogits].map((loss) =>
    wrap(
      `${loss.name}, magface`,
      (x, given) => loss(x, waves(0.7).slice([0, width]), ids(4), { margin: { kind: "magface", ...given } }),
      { regularization: 20 },
    ),
  ),
  wrap("elasticMargins", (x, o) => elasticMargins(key.ref, rows, o).mul(sums(x)), {
    mean: 0.3,
    std: 0.1,
  }),
  wrap("weightedBce", (x, o) => weightedBce(sums(x), ids(2), o), { positiveRate: 0.3 }),
  wrap("aggregateLoss", (x, o) => aggregateLoss(sums(x), ids(2), np.array([0.5, 2]), o), { rho: 0.3 }),
  wrap(
    "aggregateLoss, regularised",
    (x, o) => aggregateLoss(sums(x), ids(2), np.array([0.5, 2]), { ...o, kind: "regularised" }),
    { rho: 0.3 },
  ),
  wrap("trajectoryLoss", (x, o) => trajectoryLoss(x, waves(2), o), { tau: 3 }),
  wrap(
    "trajectoryLoss, unscaled",
    (x, o) => trajectoryLoss(x, waves(2), { ...o, scaleByTauSquared: false }),
    { tau: 3 },
  ),
  wrap("ensLoss", (x, o) => ensLoss(sums(x), ids(2), { noise: sums(waves(2)), ...o }), ofDerivatives),
  wrap(
    "ensLossCotangent",
    (x, o) => ensLossCotangent(sums(x), ids(2), { noise: sums(waves(2)), ...o }),
    ofDerivatives,
  ),
  wrap("ensLossDerivatives", (x, o) => ensLossDerivatives(sums(x), sums(waves(2)), o), ofDerivatives),
  wrap("ensLossOneVsRest", (x, o) => ensLossOneVsRest(x, ids(4), { noise: waves(2), ...o }), ofDerivatives),
  wrap("ensLossPairwise", (x, o) => ensLossPairwise(x, ids(4), { noise: waves(2), ...o }), ofDerivatives),
  wrap("inverseBoxCox", (x, { lambda }) => inverseBoxCox(x, lambda), { lambda: 0.4 }),
  wrap("sphericalSoftmax", sphericalSoftmax, { eps: 0.1 }),
  wrap("gaussianGram", (x, o) => gaussianGram(x, waves(2), o), { sigma: 1.3 }),
  wrap("denoise", (x, { epsilon }) => denoise(sums(x), sums(waves(2)), epsilon), { epsilon: 0.2 }),
  wrap("robustify", (x, { epsilon }) => robustified(sums(x), epsilon), { epsilon: 0.2 }),
  wrap(
    "implicitRewards",
    (x, { alpha, beta }) => implicitRewards(pairsOf(x), { beta, divergence: { alpha } }).margin,
    { alpha: 0.7, beta: 0.3 },
  ),
  ...(["dpo", "conservative", "robust", "noise-aware"] as const).map((loss) =>
    wrap(
      `pairGradientWeights, ${loss}`,
      (x, given) => pairGradientWeights(sums(x), { loss, ...given }).mul(sums(waves(2))),
      { beta: 0.3, epsilon: 0.2 },
    ),
  ),
  wrap(
    "desensitizeLengths",
    (x, { alpha }) => {
      const [longer, shorter] = [np.ones([rows, width]), np.ones([rows, 2])];
      return desensitizeLengths(longer, shorter, alpha).chosen.mul(x).sum(-1);
    },
    { alpha: 0.4 },
  ),
  wrap("minSnrWeights", (x, o) => minSnrWeights(np.square(x).add(0.2), o), { gamma: 0.6 }),
  wrap(
    "jointPromptLoss",
    (x, o) => {
      const [image, text, align, diversity] = [1, 2, 3, 4].map((k) => np.square(x.ref.add(k)).mean());
      x.dispose();
      return jointPromptLoss({ image, text, align, diversity }, o);
    },
    { textGamma: 0.2, alignGamma: 0.3, diversityGamma: 0.4 },
  ),
  wrap("drawSimilarityLoss", (x, o) => drawSimilarityLoss(x.reshape([3, 2, 2, 2]), o), { threshold: 0.1 }),
  wrap("truncatedGcePrune", (x, o) => truncatedGcePrune(x, ids(4), o), { k: 0.3 }),
  wrap("amplify", (x, o) => amplify(probabilities(x), o), { L: 10, threshold: 0.4 }),
  wrap(
    "softConfusionMatrix",
    (x, o) => {
      const { TP, FP, FN, TN } = softConfusionMatrix(probabilities(x), ids(2), o);
      return np.stack([TP, FP.mul(2), FN.mul(3), TN.mul(4)]);
    },
    { L: 10, threshold: 0.4 },
  ),
];

/** The array that the cases above are run at. */
export const tracedInput = (): np.Array => waves(1);
