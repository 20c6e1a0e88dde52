import { numpy as np } from "@jax-js/jax";
import { checkNumber, typeError } from "../engine/checks.ts";
import type { Compile } from "../engine/compile.ts";
import { differentiate } from "../engine/differentiate.ts";
import { readOptions } from "../engine/options.ts";
import { constantOf } from "../engine/parameter.ts";
import { derive, type RandomSource, randomSource, seedOf } from "../engine/random.ts";
import { refTree, type Tree } from "../engine/tree.ts";
import type { Hyper, HyperOptimizer } from "../training/hyper.ts";
import { makeStep } from "../training/step.ts";
import type { StepInputs } from "../training/step-method.ts";
import type { SupervisedStep } from "../training/train-step.ts";
import { everyForm, type QuantConfig, type QuantForm } from "./config.ts";
import { elasticPasses, selectionOf, selectionShape } from "./elastic-apply.ts";
import { type ElasticNetwork, type ElasticVariables, weightOf } from "./elastic-network.ts";
import { type GpgOptions, gpgTerms } from "./progressive-guidance.ts";
import { type WdrOptions, wdrLoss } from "./weight-distribution.ts";

/** How an {@link elasticStep} is built. */
export interface ElasticStepOptions<H extends Hyper = Hyper> {
  network: ElasticNetwork;
  /** Makes the variables of a key, which it consumes; see {@link quantizedModel}. */
  start: (key: np.Array) => ElasticVariables;
  optimizer: HyperOptimizer<NoInfer<H>>;
  /** Hyperparameters of the optimizer, each with its default. */
  hyper?: H;
  compile?: Compile;
  /** How many configurations are drawn between the most and the fewest bits, 0 or more; default 1. */
  random?: number;
  /** Forms that are drawn from; default all eight. */
  forms?: readonly QuantForm[];
  /** Bits of the first and the last layer but in the pass of the most bits; default 8, or the most that the network has. */
  endBits?: number;
  /** Guidance by more bits, see {@link gpgLoss}; `lambda: 0` learns from labels alone. */
  gpg?: Pick<GpgOptions, "lambda" | "temperature">;
  /** Regularisation of the weights, see {@link wdrLoss}; default none. */
  wdr?: WdrOptions;
}

/**
 * A training step for all configurations of a network at once. Each step makes the passes of a sandwich: at the most bits, at bits drawn
 * for each layer, and at the fewest. All passes have one form, which is drawn, and there is one update for the sum of their gradients.
 *
 * The loss is the mean of {@link gpgLoss}, and {@link wdrLoss} where it is asked for. One program serves all configurations. The authors cut each
 * gradient to [-1, 1]: `chain(clipByValue(1), adam(learningRate))`. Step sizes that a step doesn't use have a gradient of 0.
 *
 * @param options network, start, optimizer and the rest, see {@link ElasticStepOptions}
 * @returns a train step for labels of classes; its metrics are `loss`, its terms `high`, `random` (the sum), `low`, and `wdr`
 * @throws TypeError, RangeError for options that are none or out of range; where weights are seen to be all the same and `wdr` is asked for
 * @example
 * elasticStep({ network, start: () => refElastic(calibrated), optimizer: chain(clipByValue(1), adam(1e-3)), wdr: {} })
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.3
 */
export function elasticStep<H extends Hyper = Hyper>(options: ElasticStepOptions<H>): SupervisedStep<H>;
export function elasticStep(options: ElasticStepOptions): SupervisedStep {
  const { network, start, random, forms, gpg, wdr } = readOptions("elasticStep", options, {
    network: true,
    start: true,
    optimizer: true,
    hyper: true,
    compile: true,
    random: [1],
    forms: [everyForm],
    endBits: true,
    gpg: [{}],
    wdr: true,
  });
  if (!Array.isArray(network?.quantised)) throw typeError("network", "that of elasticNetwork", network);
  if (typeof start !== "function") throw typeError("start", "a function that makes variables", start);
  checkNumber("random", random, { min: 0, integer: true });
  if (!Array.isArray(forms) || forms.length === 0) throw typeError("forms", "a list of forms", forms);
  const { bits } = network;
  const most = bits[bits.length - 1];
  const { endBits = bits.includes(8) ? 8 : most } = options;
  for (const form of forms as readonly QuantForm[])
    selectionOf(
      network,
      sandwich(network, { random: 0, endBits }, form, () => 0)
        .flat()
        .slice(-network.layers),
    );
  const passes = random + 2;
  // At its most bits a network differs at the ends where these are fewer.
  const same = (layer: number): boolean => endBits === most && (layer === 0 || layer === network.layers - 1);

  const loss = (params: Tree, { modelState, x, y, weights, own }: StepInputs): [np.Array, Tree] => {
    const variables = { params, state: modelState } as unknown as ElasticVariables;
    const total = weights.ref.sum();
    const outputs = elasticPasses(network, variables, x.ref, own.selections.ref, { same });
    const logits = { high: outputs[0], random: outputs.slice(1, -1), low: outputs[passes - 1] };
    const terms = gpgTerms(logits, y.ref, { ...gpg, weights: weights.ref });
    const mean = (values: np.Array): np.Array => values.sum().div(constantOf(total.ref, values.dtype));
    const [high, low] = [mean(terms.high), mean(terms.low)];
    const between = terms.random.map(mean).reduce((a, b) => a.add(b), np.zeros([], { dtype: high.dtype }));
    const guided = high.ref.add(between.ref).add(low.ref);
    total.dispose();
    if (wdr === undefined) return [guided, { high, random: between, low }];
    const { weights: pieces } = variables.params;
    const shapes = wdrLoss(
      network.quantised.map((i) => weightOf(network.pieces[i], pieces[i])),
      wdr,
    );
    return [guided.add(shapes.ref), { high, random: between, low, wdr: shapes }];
  };

  return makeStep(
    {
      ...options,
      model: { init: (key) => start(key) as unknown as { params: Tree; state: Tree } },
    },
    {
      name: "elasticStep",
      direction(inputs) {
        const at = differentiate<Tree, [], Tree>((params) => loss(params, inputs));
        const [[value, aux], gradient] = at(inputs.one.ref, refTree(inputs.params));
        return {
          metrics: { loss: value, ...(aux as { [name: string]: np.Array }) },
          direction: gradient,
          modelState: refTree(inputs.modelState),
        };
      },
      prepare(_state, _batch, key) {
        const draw = randomSource(derive(seedOf(key), 1));
        const form = forms[Math.floor(draw() * forms.length)];
        const values = sandwich(network, { random, endBits }, form, draw).flatMap((configs) => [
          ...selectionOf(network, configs),
        ]);
        return { selections: np.array(values, { shape: [passes, ...selectionShape(network)] }) };
      },
    },
  );
}

/** The configurations of a step: the most bits, drawn ones, the fewest. */
function sandwich(
  { bits, layers }: ElasticNetwork,
  { random, endBits }: { random: number; endBits: number },
  form: QuantForm,
  draw: RandomSource,
): QuantConfig[][] {
  const most = bits[bits.length - 1];
  const drawn = () => bits[Math.floor(draw() * bits.length)];
  const pass = (width: () => number, end: number): QuantConfig[] =>
    Array.from({ length: layers }, (_, l) => {
      const isEnd = l === 0 || l === layers - 1;
      return { ...form, weightBits: isEnd ? end : width(), actBits: isEnd ? end : width() };
    });
  return [
    pass(() => most, most),
    ...Array.from({ length: random }, () => pass(drawn, endBits)),
    pass(() => bits[0], endBits),
  ];
}
