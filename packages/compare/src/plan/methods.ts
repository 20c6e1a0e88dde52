import {
  asam,
  esam,
  gsam,
  kappa,
  lion,
  lionK,
  lookSam,
  mesa,
  outputHistory,
  type SupervisedOptions,
  saf,
  sam,
  sgd,
  signSgd,
  signum,
} from "minimand";
import { rangeError } from "minimand/engine";
import type { BuildInfo, ComparedLoss, Method, MethodOfLoss, ObjectiveStepCandidate } from "./candidate.ts";
import { usualOptimizers } from "./optimizers.ts";
import { tuning } from "./tuning.ts";

const weightDecay = 1e-4;

const sgdRates = [5e-3, 5e-1] as const;
/** A third of AdamW's: every weight moves by the whole rate at every step. */
const lionRates = [1.5e-4, 1.5e-2] as const;

/** A step made from the objective of the loss. */
const around =
  (
    make: (options: SupervisedOptions) => ReturnType<ObjectiveStepCandidate["step"]>,
  ): ObjectiveStepCandidate["step"] =>
  (_, model, parts) =>
    make({ model, ...parts });

/** What the sharpness-aware steps have in common. */
const radius = {
  kind: "step",
  minimises: "objective",
  ...tuning({ rho: [">= 0, radius of the perturbation", 0.05, 0.2, 0.5] }),
} as const;

/** What the steps have in common that hold on to outputs of the past, with the weights to try. */
const trajectory = (past: string, weights: readonly number[]) => ({
  paper: "saf",
  formula: `loss + lambda 25 KL(softmax(f' / 5) || softmax(f / 5)), f' ${past}`,
  ...tuning({ lambda: [">= 0, weight of the trajectory", ...weights] }),
});
const distanceFor = ({ task }: BuildInfo) => (task === "regression" ? "squared-error" : "kl");

/** All optimizers and steps; they run where `--optimizers` and `--steps` name them, with the loss of the baseline. */
export const methods: readonly Method[] = [
  {
    kind: "optimizer",
    id: "sgd",
    label: "SGD",
    rates: sgdRates,
    ...tuning(),
    formula: "w <- w - rate v, v <- 0.9 v + g",
    optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9, weightDecay }),
  },
  {
    kind: "optimizer",
    id: "lion",
    label: "Lion",
    paper: "lion",
    rates: lionRates,
    formula: "w <- w - rate (sign(0.9 m + 0.1 g) + decay w), m <- 0.99 m + 0.01 g",
    ...tuning({ decay: [">= 0; weights stay within 1 / decay", 0.01, 0.1, 1] }),
    optimizer: ({ learningRate, decay }) => lion(learningRate, { weightDecay: decay }),
  },
  {
    kind: "optimizer",
    id: "signum",
    label: "Signum",
    paper: "lion",
    rates: lionRates,
    ...tuning(),
    formula: "w <- w - rate (sign(m) + 0.01 w), m <- 0.9 m + 0.1 g",
    optimizer: ({ learningRate }) => signum(learningRate, { weightDecay: 0.01 }),
  },
  {
    kind: "optimizer",
    id: "sign-sgd",
    label: "signSGD",
    paper: "lion",
    rates: lionRates,
    ...tuning(),
    formula: "w <- w - rate (sign(g) + 0.01 w)",
    optimizer: ({ learningRate }) => signSgd(learningRate, { weightDecay: 0.01 }),
  },
  {
    // A step as long as one of Lion has a rate larger by the root of the number of parameters, here some thousand.
    kind: "optimizer",
    id: "lion-l2",
    label: "Lion-K, Euclidean norm",
    paper: "lion",
    rates: sgdRates,
    formula: "w <- w - rate (c / ||c|| + 0.01 w), c = 0.9 m + 0.1 g, m <- 0.99 m + 0.01 g",
    ...tuning(),
    optimizer: ({ learningRate }) => lionK(learningRate, { kappa: kappa.l2(), weightDecay: 0.01 }),
  },
  ...usualOptimizers,
  {
    ...radius,
    id: "sam",
    label: "SAM",
    reference: "Foret et al. 2021, arXiv 2010.01412",
    formula: "gradient at w + rho g / ||g||",
    step: around(sam),
  },
  {
    ...radius,
    id: "asam",
    label: "ASAM",
    reference: "Kwon et al. 2021, arXiv 2102.11600",
    formula: "gradient at w + rho T^2 g / ||T g||, T = |w| + 0.01",
    settings: [{ rho: 0.5 }, { rho: 1 }, { rho: 2 }],
    fixed: ["eta"],
    step: around(asam),
  },
  {
    ...radius,
    id: "gsam",
    label: "GSAM",
    reference: "Zhuang et al. 2022, arXiv 2203.08065",
    formula: "SAM, less 0.4 of the plain gradient's part across it",
    fixed: ["alpha"],
    step: around(gsam),
  },
  {
    ...radius,
    id: "esam",
    label: "ESAM",
    reference: "Du et al. 2022, arXiv 2110.03141",
    formula: "SAM with 0.6 of the parameters perturbed and the sharper half of a batch",
    kind: "step",
    minimises: "loss",
    fixed: ["beta"],
    step: (_, model, parts) => esam({ model, ...parts }),
  },
  {
    ...radius,
    id: "look-sam",
    label: "LookSAM",
    reference: "Liu et al. 2022, arXiv 2203.02714",
    formula: "SAM at every 5th step, its direction used again in between",
    fixed: ["alpha"],
    step: around(lookSam),
  },
  {
    ...trajectory("recorded 3 epochs ago", [0.3, 1, 0.1]),
    id: "saf",
    label: "SAF",
    kind: "step",
    minimises: "objective",
    fixed: ["tau", "startEpoch", "stepsPerEpoch"],
    hyper: ({ perEpoch }) => ({ stepsPerEpoch: perEpoch }),
    memory: (examples, _, outputs) => outputHistory({ examples, outputs }),
    step: (info, model, parts) => saf({ model, distance: distanceFor(info), ...parts }),
  },
  {
    ...trajectory("of averaged weights", [0.8, 2, 0.3]),
    id: "mesa",
    label: "MESA",
    kind: "step",
    minimises: "objective",
    fixed: ["tau", "startEpoch", "stepsPerEpoch", "decay"],
    hyper: ({ perEpoch }) => ({ stepsPerEpoch: perEpoch, decay: 1 - 1 / (2 * perEpoch + 1) }),
    step: (info, model, parts) => mesa({ model, distance: distanceFor(info), ...parts }),
  },
];

/**
 * Returns the method with a loss: what the comparison runs. Its own settings come with the first ones of the loss.
 *
 * @throws RangeError for a loss that doesn't go with the method
 */
export function withLoss(method: Method, loss: ComparedLoss): MethodOfLoss {
  const refused = (why: string): RangeError =>
    rangeError(`${method.kind}s`, `ones that go with the baseline ${loss.id}${why}`, method.id);
  const fixed = method.kind === "step" ? (method.fixed ?? []) : [];
  const names = [...fixed, ...Object.keys(method.parameters)];
  const clash = Object.keys(loss.parameters).find((name) => names.includes(name));
  if (clash !== undefined) throw refused(` (${clash})`);
  if (loss.kind === "step") throw refused(" (a step of its own)");
  if (loss.kind === "reference") throw refused(" (a reference)");
  const [first = {}] = loss.settings;
  const own = method.settings.length === 0 && loss.settings.length > 0 ? [{}] : method.settings;
  const tuned = {
    settings: own.map((settings) => ({ ...first, ...settings })),
    parameters: { ...loss.parameters, ...method.parameters },
  };
  if (method.kind === "optimizer") return { ...method, ...tuned, of: loss };
  if (loss.kind === "objective" && loss.memory !== undefined) throw refused(" (a memory for each example)");
  if (method.minimises === "objective") return { ...method, ...tuned, of: loss };
  if (loss.kind === "objective" || loss.wholeBatch === true) throw refused(", a loss of whole batches");
  return { ...method, ...tuned, of: loss };
}
