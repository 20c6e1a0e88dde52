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

const weightDecay = 1e-4;

/** A third of AdamW's: every weight moves by the whole rate at every step. */
const lionRates = [1.5e-4, 1.5e-2] as const;

/** A step made from the objective of the loss. */
const around =
  (
    make: (options: SupervisedOptions) => ReturnType<ObjectiveStepCandidate["step"]>,
  ): ObjectiveStepCandidate["step"] =>
  (_, model, parts) =>
    make({ model, ...parts });

const radius = {
  kind: "step",
  minimises: "objective",
  parameters: { rho: ">= 0, radius of the perturbation" },
} as const;
const distanceFor = ({ task }: BuildInfo) => (task === "regression" ? "squared-error" : "kl");

/** All of them; they run where `--optimizers` and `--steps` name them, with the loss of the baseline. */
export const methods: readonly Method[] = [
  {
    id: "sgd",
    label: "SGD",
    kind: "optimizer",
    formula: "w <- w - rate v, v <- 0.9 v + g",
    settings: [],
    parameters: {},
    rates: [5e-3, 5e-1],
    optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9, weightDecay }),
  },
  {
    id: "lion",
    label: "Lion",
    kind: "optimizer",
    paper: "lion",
    formula: "w <- w - rate (sign(0.9 m + 0.1 g) + decay w), m <- 0.99 m + 0.01 g",
    settings: [{ decay: 0.01 }, { decay: 0.1 }, { decay: 1 }],
    parameters: { decay: ">= 0; weights stay within 1 / decay" },
    rates: lionRates,
    optimizer: ({ learningRate, decay }) => lion(learningRate, { weightDecay: decay }),
  },
  {
    id: "signum",
    label: "Signum",
    kind: "optimizer",
    paper: "lion",
    formula: "w <- w - rate (sign(m) + 0.01 w), m <- 0.9 m + 0.1 g",
    settings: [],
    parameters: {},
    rates: lionRates,
    optimizer: ({ learningRate }) => signum(learningRate, { weightDecay: 0.01 }),
  },
  {
    id: "sign-sgd",
    label: "signSGD",
    kind: "optimizer",
    paper: "lion",
    formula: "w <- w - rate (sign(g) + 0.01 w)",
    settings: [],
    parameters: {},
    rates: lionRates,
    optimizer: ({ learningRate }) => signSgd(learningRate, { weightDecay: 0.01 }),
  },
  {
    id: "lion-l2",
    label: "Lion-K, Euclidean norm",
    kind: "optimizer",
    paper: "lion",
    formula: "w <- w - rate (c / ||c|| + 0.01 w), c = 0.9 m + 0.1 g, m <- 0.99 m + 0.01 g",
    settings: [],
    parameters: {},
    // A step as long as one of Lion has a rate larger by the root of the number of parameters, here some thousand.
    rates: [5e-3, 5e-1],
    optimizer: ({ learningRate }) => lionK(learningRate, { kappa: kappa.l2(), weightDecay: 0.01 }),
  },
  ...usualOptimizers,
  {
    ...radius,
    id: "sam",
    label: "SAM",
    reference: "Foret et al. 2021, arXiv 2010.01412",
    formula: "gradient at w + rho g / ||g||",
    settings: [{ rho: 0.05 }, { rho: 0.2 }, { rho: 0.5 }],
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
    settings: [{ rho: 0.05 }, { rho: 0.2 }, { rho: 0.5 }],
    fixed: ["alpha"],
    step: around(gsam),
  },
  {
    ...radius,
    id: "esam",
    label: "ESAM",
    reference: "Du et al. 2022, arXiv 2110.03141",
    formula: "SAM with 0.6 of the parameters perturbed and the sharper half of a batch",
    settings: [{ rho: 0.05 }, { rho: 0.2 }, { rho: 0.5 }],
    fixed: ["beta"],
    minimises: "loss",
    step: (_, model, parts) => esam({ model, ...parts }),
  },
  {
    ...radius,
    id: "look-sam",
    label: "LookSAM",
    reference: "Liu et al. 2022, arXiv 2203.02714",
    formula: "SAM at every 5th step, its direction used again in between",
    settings: [{ rho: 0.05 }, { rho: 0.2 }, { rho: 0.5 }],
    fixed: ["alpha"],
    step: around(lookSam),
  },
  {
    id: "saf",
    label: "SAF",
    kind: "step",
    minimises: "objective",
    paper: "saf",
    formula: "loss + lambda 25 KL(softmax(f' / 5) || softmax(f / 5)), f' recorded 3 epochs ago",
    settings: [{ lambda: 0.3 }, { lambda: 1 }, { lambda: 0.1 }],
    parameters: { lambda: ">= 0, weight of the trajectory" },
    fixed: ["tau", "startEpoch", "stepsPerEpoch"],
    hyper: ({ perEpoch }) => ({ stepsPerEpoch: perEpoch }),
    memory: (examples, _, outputs) => outputHistory({ examples, outputs }),
    step: (info, model, parts) => saf({ model, distance: distanceFor(info), ...parts }),
  },
  {
    id: "mesa",
    label: "MESA",
    kind: "step",
    minimises: "objective",
    paper: "saf",
    formula: "loss + lambda 25 KL(softmax(f' / 5) || softmax(f / 5)), f' of averaged weights",
    settings: [{ lambda: 0.8 }, { lambda: 2 }, { lambda: 0.3 }],
    parameters: { lambda: ">= 0, weight of the trajectory" },
    fixed: ["tau", "startEpoch", "stepsPerEpoch", "decay"],
    hyper: ({ perEpoch }) => ({ stepsPerEpoch: perEpoch, decay: 1 - 1 / (2 * perEpoch + 1) }),
    step: (info, model, parts) => mesa({ model, distance: distanceFor(info), ...parts }),
  },
];

/**
 * The method with a loss: what the comparison runs. Its own settings come with the first ones of the loss.
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
