import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import {
  advRhoMarginCompSum,
  agce,
  aggregateLoss,
  aldrKl,
  anyLoss,
  anyLossOneVsRest,
  aotLoss,
  aul,
  bcoPairLoss,
  binaryFocalLoss,
  binaryKl,
  cauchyLoss,
  compSum,
  contrastiveLoss,
  crammerSinger,
  csIbLoss,
  discopopLoss,
  dkdLoss,
  dpoLoss,
  drawSimilarityLoss,
  exoPairLoss,
  focal,
  gammaNll,
  generalizedCrossEntropy,
  huber,
  infoNceLoss,
  jensenShannonLoss,
  kdLoss,
  labelSmoothingCrossEntropy,
  ldrK,
  ldrKl,
  logSphericalSoftmaxLoss,
  mmd,
  nceAgce,
  nceAul,
  ntXentLoss,
  orpoLoss,
  quantileLoss,
  reverseCrossEntropy,
  robustLogLoss,
  scoreOrientedLoss,
  simpoLoss,
  smoothAdvCompSum,
  sppoHardLoss,
  supConLoss,
  symmetricCrossEntropy,
  tradesLoss,
  trajectoryLoss,
  triplet,
  truncatedGcePrune,
  welschLoss,
  westonWatkins,
  zLoss,
} from "./index.ts";
import { numbers } from "./numbers.fixture.ts";

/* What a parameter is where it isn't given, as docstrings say: whoever leaves it out has the loss of that paper. */
const [rows, width] = [6, 4];
const waves = (phase: number, shape = [rows, width]) =>
  np.array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => 1.3 * Math.sin(3 * i + phase)),
    { shape },
  );
const f = () => waves(1);
const two = () => waves(1, [rows, 2]);
const margins = () => waves(1, [rows]);
const ids = (classes = width) => np.array(Int32Array.from({ length: rows }, (_, i) => i % classes));
const logps = (phase: number) => waves(phase, [rows]).sub(2);
const pairs = () => ({
  policyChosen: logps(1),
  policyRejected: logps(2),
  refChosen: logps(3),
  refRejected: logps(4),
  chosenLengths: np.array([1, 2, 3, 4, 1, 2]),
  rejectedLengths: np.array([2, 2, 1, 3, 1, 4]),
});
const first = ([values, memory]: [np.Array, np.Array]) => {
  memory.dispose();
  return values;
};

type Options = { [name: string]: number };
/** A loss, its defaults, and for each another value that it may have. */
type Case = [name: string, run: (options: never) => np.Array, defaults: Options, others?: Options];

const cases: Case[] = [
  ["focal", (o) => focal(f(), ids(), o), { gamma: 2 }],
  ["binaryFocalLoss", (o) => binaryFocalLoss(margins(), o), { gamma: 2 }],
  ["labelSmoothingCrossEntropy", (o) => labelSmoothingCrossEntropy(f(), ids(), o), { smoothing: 0.1 }],
  ["compSum", (o) => compSum(f(), ids(), o), { tau: 1 }],
  ["advRhoMarginCompSum", (o) => advRhoMarginCompSum(f(), ids(), o), { tau: 1, rho: 1 }],
  ["smoothAdvCompSum", (o) => smoothAdvCompSum(f(), waves(2), ids(), o), { tau: 1, rho: 1, nu: 0.3 }],
  ["tradesLoss", (o) => tradesLoss(f(), waves(2), ids(), o), { beta: 6 }],
  ["ldrKl", (o) => ldrKl(f(), ids(), o), { lambda: 1, margin: 0.1 }],
  ["ldrK", (o) => ldrK(f(), ids(), { k: 2, ...(o as object) }), { lambda: 0, margin: 0.1 }],
  ["aldrKl", (o) => first(aldrKl(f(), ids(), np.ones([rows]), o)), { lambda0: 1, alpha: 2, margin: 0.1 }],
  ["generalizedCrossEntropy", (o) => generalizedCrossEntropy(f(), ids(), o), { q: 0.7, truncation: 0 }],
  ["truncatedGcePrune", (o) => truncatedGcePrune(f(), ids(), o), { k: 0.5 }, { k: 0.2 }],
  ["symmetricCrossEntropy", (o) => symmetricCrossEntropy(f(), ids(), o), { balance: 0.5, A: 4 }],
  ["reverseCrossEntropy", (o) => reverseCrossEntropy(f(), ids(), o), { labelFloor: 1e-4 }],
  ["jensenShannonLoss", (o) => jensenShannonLoss(f(), ids(), o), { pi1: 0.5 }],
  ["nceAul", (o) => nceAul(f(), ids(), { alpha: 1, beta: 1, ...(o as object) }), { a: 6, q: 1.5 }],
  ["nceAgce", (o) => nceAgce(f(), ids(), { alpha: 1, beta: 1, ...(o as object) }), { a: 3, q: 1.5 }],
  ["agce", (o) => agce(f(), ids(), o), { a: 1, q: 2 }],
  ["aul", (o) => aul(f(), ids(), o), { a: 1.5, q: 0.9 }],
  ["robustLogLoss", (o) => robustLogLoss(f(), ids(), o), { alpha: 1 }],
  ["crammerSinger", (o) => crammerSinger(f(), ids(), o), { margin: 1 }],
  ["westonWatkins", (o) => westonWatkins(f(), ids(), o), { margin: 1 }],
  ["zLoss", (o) => zLoss(f(), ids(), o), { a: 1, b: 0, eps: 1e-12 }, { eps: 0.1 }],
  ["logSphericalSoftmaxLoss", (o) => logSphericalSoftmaxLoss(f(), ids(), o), { eps: 0.01 }],
  [
    "anyLoss",
    (o) => anyLoss(two(), ids(2), { metric: "fbeta", fromLogits: true, ...(o as object) }),
    { L: 73 },
  ],
  ["anyLossOneVsRest", (o) => anyLossOneVsRest(f(), ids(), { metric: "gmean", ...(o as object) }), { L: 73 }],
  [
    "scoreOrientedLoss",
    (o) =>
      scoreOrientedLoss(two(), ids(2), {
        metric: "gmean",
        distribution: "cosine",
        fromLogits: true,
        ...(o as object),
      }),
    { mu: 0.5, delta: 0.1 },
    { delta: 0.3 },
  ],
  ["kdLoss", (o) => kdLoss(f(), waves(2), o), { temperature: 4 }],
  ["binaryKl", (o) => binaryKl(f(), waves(2), o), { temperature: 2 }],
  ["dkdLoss", (o) => dkdLoss(f(), waves(2), ids(), o), { alpha: 1, beta: 8, temperature: 4 }],
  ["trajectoryLoss", (o) => trajectoryLoss(f(), waves(2), o), { tau: 5 }],
  ["huber", (o) => huber(margins(), waves(2, [rows]), o), { delta: 1 }],
  ["cauchyLoss", (o) => cauchyLoss(margins(), waves(2, [rows]), o), { scale: 1 }],
  ["welschLoss", (o) => welschLoss(margins(), waves(2, [rows]), o), { scale: 1 }],
  ["quantileLoss", (o) => quantileLoss(margins(), waves(2, [rows]), o), { tau: 0.5 }, { tau: 0.7 }],
  ["gammaNll", (o) => gammaNll(margins(), np.exp(waves(2, [rows])), o), { shape: 1 }],
  ["triplet", (o) => triplet(f(), waves(2), waves(3), o), { margin: 0.2 }],
  ["contrastiveLoss", (o) => contrastiveLoss(f(), waves(1.2), ids(2), o), { margin: 1 }],
  ["infoNceLoss", (o) => infoNceLoss(f(), waves(2), o), { temperature: 0.1 }],
  ["ntXentLoss", (o) => ntXentLoss(f(), ids(2), o), { temperature: 0.1 }],
  ["supConLoss", (o) => supConLoss(f(), ids(2), o), { temperature: 0.1 }],
  ["mmd", (o) => mmd(f(), waves(2), o), { sigma: 1 }],
  [
    "csIbLoss",
    (o) => {
      const given = { x: f(), y: two(), predictions: waves(2, [rows, 2]), t: waves(3) };
      const { total, prediction, compression } = csIbLoss(given, { sigmaY: 1, sigmaT: 1, ...(o as object) });
      prediction.dispose();
      compression.dispose();
      return total;
    },
    { beta: 0.01, sigmaX: 1 },
  ],
  [
    "aggregateLoss",
    (o) => aggregateLoss(margins(), ids(2), np.array([0.5, 2]), o),
    { rho: 0.5 },
    { rho: 0.7 },
  ],
  [
    "drawSimilarityLoss",
    (o) => drawSimilarityLoss(waves(1, [3, 2, 2, 2]), o),
    { threshold: 0.9 },
    { threshold: -0.5 },
  ],
  ["dpoLoss", (o) => dpoLoss(pairs(), o), { beta: 0.1 }],
  ["aotLoss", (o) => aotLoss(pairs(), o), { beta: 0.1, epsilon: 0 }, { epsilon: 0.2 }],
  ["bcoPairLoss", (o) => bcoPairLoss(pairs(), o), { beta: 0.1, delta: 0 }],
  ["sppoHardLoss", (o) => sppoHardLoss(pairs(), o), { beta: 0.1 }],
  ["exoPairLoss", (o) => exoPairLoss(pairs(), o), { epsilon: 1e-3 }, { epsilon: 0.2 }],
  ["discopopLoss", (o) => discopopLoss(pairs(), o), { tau: 0.05 }],
  ["simpoLoss", (o) => simpoLoss(pairs(), o), { beta: 2, gamma: 1 }],
  ["orpoLoss", (o) => orpoLoss(pairs(), o), { lambda: 0.1 }],
];

it.each(cases)("%s has its documented defaults", (_, run, defaults, others = {}) => {
  const at = (options: Options) => numbers(run(options as never));
  const usual = at({});
  for (const [name, value] of Object.entries(defaults)) {
    expect(at({ [name]: value }), name).toEqual(usual);
    const other = others[name] ?? (value === 0 ? 0.3 : 0.8 * value);
    expect(at({ [name]: other }), `another ${name}`).not.toEqual(usual);
  }
});
