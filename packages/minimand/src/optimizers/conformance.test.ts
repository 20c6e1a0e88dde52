import { accumulateGradients } from "./accumulate-gradients.ts";
import { adaBelief, scaleByBelief } from "./adabelief.ts";
import { adagrad, scaleByRss } from "./adagrad.ts";
import { adam, adamw, scaleByAdam } from "./adam.ts";
import { applyIfFinite } from "./apply-if-finite.ts";
import { adaptiveGradientClip, clipByValue } from "./clip.ts";
import { optimizersConform } from "./conformance.fixture.ts";
import { oneCycleSchedule } from "./cycle-schedules.ts";
import { exponentialSchedule } from "./decay-schedules.ts";
import * as kappa from "./kappa/index.ts";
import { lamb, scaleByTrustRatio } from "./lamb.ts";
import { dualAveraging, lion, lionK, scaleByLionK, signSgd, signum } from "./lion/index.ts";
import { exponentiatedGradient } from "./mirror/exponentiated-gradient.ts";
import { muon, scaleByMuon } from "./muon.ts";
import { nadam, scaleByNadam } from "./nadam.ts";
import { masked, partition, setToZero } from "./partition.ts";
import { radam, scaleByRadam } from "./radam.ts";
import { rmsprop, scaleByRms } from "./rmsprop.ts";
import { addDecayedWeights, clipByGlobalNorm, matricesOnly, scaleByLearningRate } from "./scale.ts";
import { cosineSchedule, warmup } from "./schedules.ts";
import { sgd, sgdw, trace } from "./sgd.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

const falling = cosineSchedule(0.1, 290);
const byShape = (p: { ndim: number }) =>
  p.ndim === 2 ? kappa.nuclear({ method: "newtonSchulz" }) : kappa.l2();

/** Every optimizer joins the conformance suite by one line here. */
const optimizers: readonly [string, () => GradientTransformation][] = [
  ["sgd", () => sgd(0.1)],
  ["sgd with momentum", () => sgd(0.05, { momentum: 0.9 })],
  ["sgd with Nesterov momentum", () => sgd(0.05, { momentum: 0.9, nesterov: true })],
  ["sgd with weight decay", () => sgd(0.1, { weightDecay: 1e-4 })],
  ["sgd with a schedule", () => sgd(warmup(5, cosineSchedule(0.2, 1000)))],
  ["adam", () => adam(0.1)],
  ["adamw", () => adamw(0.1, { weightDecay: 1e-4 })],
  ["clipped adam", () => chain(clipByGlobalNorm(1), adam(0.1))],
  [
    "scaleByAdam, addDecayedWeights, scaleByLearningRate",
    () => chain(scaleByAdam(), addDecayedWeights(1e-4), scaleByLearningRate(0.1)),
  ],
  ["trace, scaleByLearningRate", () => chain(trace(0.9), scaleByLearningRate(0.05))],
  ["scaleByLionK, scaleByLearningRate", () => chain(scaleByLionK(), scaleByLearningRate(falling))],
  ["sgdw", () => sgdw(0.1, { momentum: 0.5, weightDecay: 1e-4 })],
  ["exponentiatedGradient", () => exponentiatedGradient(0.5)],
  ["exponentiatedGradient in log |w|", () => exponentiatedGradient(1, { form: "reparametrised" })],
  ["signSgd", () => signSgd(falling)],
  ["signum", () => signum(falling)],
  ["lion", () => lion(falling)],
  ["lion with weight decay", () => lion(falling, { weightDecay: 1e-3, mask: matricesOnly })],
  ["lionK, implicit", () => lionK(falling, { weightDecay: 0.1, scheme: "implicit", mask: matricesOnly })],
  [
    "lionK, implicit with a number",
    () => lionK(0.02, { kappa: kappa.huber(0.1), scheme: "implicit", b2: 0.9 }),
  ],
  [
    "lionK with a kappa for each array",
    () =>
      lionK(falling, { kappa: kappa.sum({ "layers.0.weight": kappa.nuclear() }, kappa.lp(1.5)), b2: 0.9 }),
  ],
  ["lionK by Newton-Schulz", () => lionK(falling, { kappa: byShape, b1: 0.9, b2: 0.9 })],
  ["lionK with top-k", () => lionK(falling, { kappa: kappa.topk(2), b1: 0.5, b2: 0.5 })],
  ["rmsprop", () => rmsprop(falling)],
  ["rmsprop, centred, with momentum", () => rmsprop(falling, { centered: true, decay: 0.5, momentum: 0.5 })],
  ["scaleByRms, scaleByLearningRate", () => chain(scaleByRms(), scaleByLearningRate(falling))],
  ["adagrad", () => adagrad(0.5)],
  ["scaleByRss, scaleByLearningRate", () => chain(scaleByRss(), scaleByLearningRate(0.5))],
  ["nadam", () => nadam(0.1)],
  ["scaleByNadam, scaleByLearningRate", () => chain(scaleByNadam(), scaleByLearningRate(0.1))],
  ["radam", () => radam(0.1, { b2: 0.99 })],
  [
    "scaleByRadam, addDecayedWeights, scaleByLearningRate",
    () => chain(scaleByRadam({ b2: 0.99 }), addDecayedWeights(1e-4), scaleByLearningRate(0.1)),
  ],
  ["adaBelief", () => adaBelief(falling)],
  ["scaleByBelief, scaleByLearningRate", () => chain(scaleByBelief(), scaleByLearningRate(falling))],
  ["lamb", () => lamb(0.05, { weightDecay: 1e-3, mask: matricesOnly })],
  ["lamb of matrices", () => lamb(falling, { layerAdaptation: matricesOnly })],
  [
    "trace, scaleByTrustRatio, scaleByLearningRate",
    () => chain(trace(0.5), scaleByTrustRatio(), scaleByLearningRate(0.05)),
  ],
  ["muon", () => muon(falling)],
  [
    "muon, as long as AdamW",
    () => muon(cosineSchedule(0.15, 290), { adjust: "match-rms", adam: { learningRate: falling } }),
  ],
  [
    "scaleByMuon of matrices, scaleByLearningRate",
    () =>
      chain(
        masked(scaleByMuon({ momentum: 0.5 }), (p) => p.ndim === 2),
        scaleByLearningRate(falling),
      ),
  ],
  ["clipByValue, sgd", () => chain(clipByValue(0.5), sgd(0.1))],
  ["adaptiveGradientClip, sgd", () => chain(adaptiveGradientClip(0.5), sgd(0.1))],
  [
    "groups of parameters",
    () =>
      partition({ weights: adam(0.1), biases: sgd(0.1) }, (_, path) =>
        path.endsWith("bias") ? "biases" : "weights",
      ),
  ],
  [
    "setToZero after sgd, with nothing in it",
    () =>
      chain(
        masked(setToZero(), () => false),
        sgd(0.1),
      ),
  ],
  ["accumulated adam", () => accumulateGradients(adam(0.2), 2)],
  [
    "accumulated signSgd, clipped",
    () => accumulateGradients(chain(clipByGlobalNorm(1), signSgd(cosineSchedule(0.1, 95))), 3),
  ],
  ["adam where finite", () => applyIfFinite(chain(clipByGlobalNorm(1), adam(0.1)))],
  ["sgd with one cycle", () => sgd(oneCycleSchedule(0.2, 300))],
  ["sgd with an exponential schedule", () => sgd(exponentialSchedule(0.2, 100, 0.5, { staircase: true }))],
  ["dualAveraging", () => dualAveraging(0.1, { kappa: kappa.l2squared() })],
];

optimizersConform(optimizers);
