import type { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { refTree, type Tree } from "../../engine/tree.ts";
import { sequenceLogps } from "../../losses/preference/sequence-logps.ts";
import type { Model } from "../../models/model.ts";
import type { Examples } from "../batches.ts";

/** Log-probabilities of both responses of each pair under a policy, `[batch]` each; lengths where losses are to divide by them. */
export type PolicyLogps = {
  chosen: np.Array;
  rejected: np.Array;
  chosenLengths?: np.Array;
  rejectedLengths?: np.Array;
};

/**
 * A policy, seen by preferences: what it gives to both responses of a batch of pairs. Traced; consumes all. `y` is what the examples have
 * as targets, float `[batch, ...targetShape]`, and zeros `[batch, 1]` where they have none.
 */
export type PolicyLogpsOf = ((params: Tree, x: np.Array, y: np.Array) => PolicyLogps) & {
  /** Ids are checked against it where the examples have none. */
  readonly vocabulary?: number;
};

/** Pairs on the host, as {@link Examples}: `x` and, if the policy needs it, `y` hold whatever {@link PolicyLogpsOf} reads. */
export type PreferenceExamples = Pick<Examples, "x" | "shape" | "weights" | "vocabulary"> & {
  y?: Float32Array;
  targetShape?: readonly number[];
};

/** A prompt and two answers to it, as ids. */
export interface TokenPair {
  prompt: readonly number[];
  chosen: readonly number[];
  rejected: readonly number[];
}

/**
 * Pairs of responses as examples for {@link sequencePolicy}: prompt and response one after the other, padded at the end, and a mask of the
 * response's tokens.
 *
 * @param pairs ids; a prompt has at least one token (that of the start), a response, too
 * @param options `length`, the longest text that the model takes; default: the longest there is. `vocabulary`, which ids have to be
 * below
 * @returns `x` ids `[2, length]` a pair, `y` masks of the same shape
 * @throws TypeError, RangeError for no pairs, empty prompts or responses, texts that are longer than the model, ids that are none
 * @example
 * const { x, y, shape } = responsePairs([{ prompt: [1], chosen: [5, 6], rejected: [7] }])
 * x // [1, 5, 6, 1, 7, 0]
 * y // [0, 1, 1, 0, 1, 0]
 * shape // [2, 3]
 */
export function responsePairs(
  pairs: readonly TokenPair[],
  options: { length?: number; vocabulary?: number } = {},
): PreferenceExamples & { y: Float32Array } {
  readOptions("responsePairs", options, { length: true, vocabulary: true });
  if (!Array.isArray(pairs) || pairs.length === 0)
    throw typeError("pairs", "a list of pairs { prompt, chosen, rejected }", pairs);
  for (const [i, pair] of pairs.entries())
    for (const name of ["prompt", "chosen", "rejected"] as const) {
      if (!Array.isArray(pair?.[name]))
        throw typeError(`pairs[${i}].${name}`, "a list of token ids", pair?.[name]);
      if (pair[name].length === 0) throw rangeError(`pairs[${i}].${name}`, "at least one token", pair[name]);
      const wrong = pair[name].find((id) => !isId(id, options.vocabulary));
      if (wrong !== undefined)
        throw rangeError(`pairs[${i}].${name}`, `token ids ${idsBelow(options.vocabulary)}`, wrong);
    }
  const texts = (pairs as readonly TokenPair[]).flatMap(({ prompt, chosen, rejected }) =>
    [chosen, rejected].map((response) => ({ prompt, response })),
  );
  const longest = texts.reduce(
    (most, { prompt, response }) => Math.max(most, prompt.length + response.length),
    0,
  );
  const { length = longest, vocabulary } = options;
  if (length !== longest) checkNumber("length", length, { min: 2, integer: true });
  const [x, y] = [new Int32Array(texts.length * length), new Float32Array(texts.length * length)];
  for (const [i, { prompt, response }] of texts.entries()) {
    const size = prompt.length + response.length;
    if (size > length)
      throw rangeError(`pairs[${i >> 1}]`, `at most ${length} tokens, which the model takes`, size);
    x.set([...prompt, ...response], i * length);
    y.fill(1, i * length + prompt.length, i * length + size);
  }
  const shape = [2, length];
  return { x, y, shape, targetShape: shape, ...(vocabulary !== undefined && { vocabulary }) };
}

const isId = (id: unknown, vocabulary = Infinity): boolean =>
  Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabulary;

const idsBelow = (vocabulary: number | undefined): string =>
  vocabulary === undefined ? "from 0 on" : `from 0 to ${vocabulary - 1}`;

/**
 * A language model as a policy of preferences, on examples of {@link responsePairs}. The model is applied as in use: without dropout, its
 * state as it is, and ids are checked against its vocabulary.
 *
 * @param model from int32 ids `[batch, time]` to logits `[batch, time, vocabulary]`, each of what comes after
 * @param state of the model, kept
 * @throws TypeError for what is no model
 * @example
 * const { params, state } = model.init(random.key(0))
 * const policy = sequencePolicy(model, state)
 */
export function sequencePolicy(model: Model, state: Tree): PolicyLogpsOf {
  if (typeof model?.apply !== "function") throw typeError("model", "a model", model);
  const logps: PolicyLogpsOf = (params, x, y) => {
    const [batch, , time] = x.shape;
    // Both responses are rows of one batch.
    const tokens = x.reshape([2 * batch, time]);
    const [logits] = model.apply({ params, state: refTree(state) }, tokens.ref, { training: false });
    const { sum, mean, lengths } = sequenceLogps(logits, tokens, y.reshape([2 * batch, time]));
    mean.dispose();
    const column = (values: np.Array, k: number): np.Array => values.reshape([batch, 2]).slice([], k);
    return {
      chosen: column(sum.ref, 0),
      rejected: column(sum, 1),
      chosenLengths: column(lengths.ref, 0),
      rejectedLengths: column(lengths, 1),
    };
  };
  return Object.assign(logps, { vocabulary: model.vocabulary });
}
