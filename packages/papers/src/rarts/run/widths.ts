import type { numpy as np } from "@jax-js/jax";
import {
  type ArchitectureSearch,
  averageNetworks,
  bilevelOf,
  closedGates,
  discardSearch,
  gateScores,
  magnitudeScores,
  pruneChannels,
  rarts,
  runSearch,
  type SlimmableParams,
  singleLevel,
  slimmableMlp,
} from "@minimand/lab/architecture";
import { sgd } from "minimand";
import { derive, disposeTree, keyOf, randomSource, type Tree } from "minimand/engine";
import { proxGroupL2, proxL1 } from "minimand/optimizers";
import { batchCrossEntropy, type Network } from "../../kit/networks.ts";
import { part } from "../../kit/part.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Draw, Prepared } from "../../kit/rows.ts";
import { unlessDiverged } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import type { WidthConfiguration } from "./arms.ts";
import { pairs, type Split, splitDigits } from "./data.ts";
import { width as size } from "./settings.ts";
import { accuracyAfter, accuracyAt, plainNetwork } from "./training.ts";

/** One network, searched, pruned and fine-tuned. */
export interface WidthSpec extends Draw {
  part: "width";
  arm: string;
  configuration: WidthConfiguration;
}

export interface WidthResult {
  part: "width";
  /** Before pruning; 0 where training diverged. */
  whole: number;
  /** Gates that are exactly zero before pruning. */
  closed: number;
  /** After pruning to so many channels and fine-tuning. */
  accuracy: { [keep: string]: number };
}

const model = slimmableMlp({ inputs: 64, hidden: [size.hidden], outputs: 10 });
const problem = bilevelOf(model, batchCrossEntropy);
const searches = programsOf<ArchitectureSearch>();
const networks = programsOf<Network>();

/** RARTS or, for the others, one network on both halves at once: the same steps on the same batches. */
function searchFor(arm: string, compile: TrialHost["compile"]): ArchitectureSearch {
  const options = {
    optimizer: ({ learningRate }: { [name: string]: np.Array }) =>
      sgd(learningRate, { momentum: size.momentum, weightDecay: size.weightDecay }),
    architectureOptimizer: ({ gateRate }: { [name: string]: np.Array }) => sgd(gateRate),
    compile,
  };
  const l1 = {
    architectureProx: (gates: Tree, { gateRate, mu }: { [name: string]: np.Array }) =>
      (gates as np.Array[]).map((alpha) => proxL1(alpha, gateRate.ref.mul(mu.ref))) as Tree,
  };
  const group = {
    weightProx: (weights: Tree, { learningRate, mu }: { [name: string]: np.Array }) => {
      const [first, ...rest] = weights as { weight: np.Array; bias: np.Array }[];
      return [
        { ...first, weight: proxGroupL2(first.weight, learningRate.ref.mul(mu.ref), -1) },
        ...rest,
      ] as Tree;
    },
  };
  return searches(compile, arm, () => {
    if (arm === "width-rarts") return rarts(problem, { ...options, ...l1, coupling: "implicit" });
    if (arm === "width-rarts-group") return rarts(problem, { ...options, ...group, coupling: "implicit" });
    // Plain training of weights and gates on all rows, the loss the sum over both halves.
    return singleLevel(problem, { ...options, ...(arm === "width-slimming" && l1), order: "jacobi" });
  });
}

/** Trains the wide network, prunes it to each width and fine-tunes; equal seeds share rows, start and batches. */
export async function widthTrial(spec: WidthSpec, host: TrialHost): Promise<WidthResult> {
  const split = await splitDigits(host, spec.seed, [64]);
  const params = await searched(spec, split, host);
  const accuracy: WidthResult["accuracy"] = Object.fromEntries(size.keeps.map((k) => [k, 0]));
  if (params === null) return { part: "width", whole: 0, closed: 0, accuracy };
  const judged = spec.judge === "test" ? split.test : split.tuning;
  const { predict } = narrow(size.hidden, host.compile);
  const whole = await accuracyAt(predict, params as unknown as Tree, judged);
  const result: WidthResult = { part: "width", whole, closed: closedGates(params), accuracy };
  for (const keep of size.keeps) {
    const pruned = pruneChannels(params, { keep, scores: scoresOf(spec, params) });
    accuracy[keep] = await fineTuned(spec, pruned.params, keep, { train: split.both, judged }, host);
  }
  disposeTree(params as unknown as Tree);
  return result;
}

async function searched(spec: WidthSpec, split: Split, host: TrialHost): Promise<SlimmableParams | null> {
  const search = searchFor(spec.arm, host.compile);
  const { learningRate, mu, lambda, beta } = spec.configuration;
  const { params } = model.init(keyOf(spec.seed, 82));
  const steps = part(size.steps, spec.fraction, 5);
  const isRarts = spec.arm.startsWith("width-rarts");
  const coupling = isRarts ? { lambda, beta } : { lambda: 1 };
  const penalty: { mu?: number } = isRarts || spec.arm === "width-slimming" ? { mu } : {};
  const hyper = { learningRate, gateRate: size.gateRate, ...penalty, ...coupling };
  const state = await unlessDiverged(
    runSearch({
      search,
      state: search.init(params.weights, params.architecture, { hyper }),
      batches: pairs(split, size.batch, steps, derive(spec.seed, 83)),
      signal: host.signal,
    }),
  );
  if (state === null) return null;
  const { weights, twin, ...rest } = state.networks;
  discardSearch({ ...state, networks: rest as never, architecture: [] });
  return {
    weights: (isRarts ? averageNetworks(weights, twin) : weights) as SlimmableParams["weights"],
    architecture: state.architecture as np.Array[],
  };
}

function scoresOf({ arm, seed }: WidthSpec, params: SlimmableParams): number[][] {
  if (arm === "width-random") return [Array.from({ length: size.hidden }, randomSource(derive(seed, 84)))];
  const bySize = arm === "width-magnitude" || arm === "width-rarts-group";
  return bySize ? magnitudeScores(params) : gateScores(params);
}

function narrow(hidden: number, compile: TrialHost["compile"]): Network {
  const own = () => slimmableMlp({ inputs: 64, hidden: [hidden], outputs: 10 });
  return networks(compile, `${hidden}`, () => plainNetwork(own(), size, compile));
}

/** Accuracy after fine-tuning. Consumes the parameters. */
function fineTuned(
  { seed, configuration: { learningRate }, fraction }: WidthSpec,
  params: SlimmableParams,
  keep: number,
  rows: Prepared,
  host: TrialHost,
): Promise<number> {
  const network = narrow(keep, host.compile);
  const fresh = network.step.init(keyOf(seed, 85), { hyper: { learningRate } });
  disposeTree(fresh.params);
  const state = { ...fresh, params: params as unknown as Tree };
  const epochs = part(size.fineTuneEpochs, fraction, 1);
  return accuracyAfter(
    network,
    state,
    rows,
    { epochs, batch: size.batch, seed: derive(seed, 86) },
    host.signal,
  );
}
