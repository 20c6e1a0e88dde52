import {
  adam,
  type ReferenceLogps,
  responsePairs,
  sequencePolicy,
  type TokenPair,
  trainPreference,
} from "minimand";
import type { Tree } from "minimand/engine";
import type { PreferenceLoss } from "minimand/training";
import type { TrialHost } from "../../reproduction.ts";
import type { SentimentCorpus } from "./corpus.ts";
import { sentimentModel } from "./model.ts";
import { compared } from "./texts.ts";

/** How a policy is trained on pairs. */
export interface PolicyTraining {
  /** Of the reference, from which the policy starts; kept. */
  start: Tree;
  pairs: readonly TokenPair[];
  /** Of {@link referenceOf}. */
  reference: ReferenceLogps;
  loss: PreferenceLoss;
  /** Of Adam. */
  rate: number;
  steps: number;
  /** Draws the batches of 32 pairs: losses of equal seeds see the same ones. */
  seed: number;
  /** Numbers of steps after which it is looked at. */
  checkpoints: readonly number[];
  /** Looks at a policy, and keeps it. */
  look(policy: Tree, steps: number): Promise<void>;
}

/** Returns log-probabilities of pairs under the reference, which all losses on these pairs share. */
export async function referenceOf(
  corpus: SentimentCorpus,
  start: Tree,
  pairs: readonly TokenPair[],
  host: Pick<TrialHost, "compile">,
): Promise<ReferenceLogps> {
  const logpsOf = async (name: "chosen" | "rejected"): Promise<Float32Array> => {
    const texts = pairs.map((pair) => [...pair.prompt, ...pair[name]]);
    const { reference } = await compared(corpus, { policy: start, reference: start }, texts, host);
    return Float32Array.from(reference);
  };
  return { chosen: await logpsOf("chosen"), rejected: await logpsOf("rejected") };
}

/**
 * Trains the language model on pairs and returns its parameters, which are the caller's.
 *
 * @throws NonFiniteError where a loss diverges
 */
export async function trainedPolicy(
  corpus: SentimentCorpus,
  { start, pairs, reference, loss, rate, steps, seed, checkpoints, look }: PolicyTraining,
  { compile, signal }: Pick<TrialHost, "compile" | "signal">,
): Promise<Tree> {
  const vocabulary = corpus.words.length;
  const { params } = await trainPreference({
    logps: sequencePolicy(sentimentModel(vocabulary), {}),
    params: start,
    examples: responsePairs(pairs, { vocabulary }),
    reference,
    loss,
    optimizer: adam(rate),
    size: 32,
    steps,
    seed,
    async onStep({ step, state }) {
      if (checkpoints.includes(step + 1)) await look(state.params, step + 1);
    },
    ...(compile && { compile }),
    ...(signal && { signal }),
  });
  return params;
}
