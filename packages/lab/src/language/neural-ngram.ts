import { numpy as np, random } from "@jax-js/jax";
import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import { affine, type DenseParams, normalWeight, plainLayer } from "minimand/internals";
import { embedding, type Layer } from "minimand/models";
import { checkNever, withoutTokens } from "./never.ts";

/** Sizes of a {@link neuralNgram}. */
export interface NeuralNgramOptions {
  vocabulary: number;
  /** Tokens that the next one is predicted from. */
  context: number;
  /** Numbers a token; default 32. */
  size?: number;
  /** Width of the hidden layer; default 96. */
  hidden?: number;
  /** The id that comes before the first token; default 0. */
  start?: number;
  /** Ids that never come next, as those of unknown words and of the start. */
  never?: readonly number[];
}

interface NgramParams {
  table: np.Array;
  hidden: DenseParams;
  output: DenseParams;
  bias: np.Array;
}

/**
 * Returns a neural n-gram language model: the next token from the last few, without recurrence or attention, so that a whole text is one
 * matrix product.
 *
 *     e = table[x_(t-context+1)] ... table[x_t], side by side
 *     f_t = table (W_2 tanh(W_1 e + b_1) + b_2) / sqrt(size) + b
 *
 * with one table for what is read and what is said. Weights start normal with variance `1 / fan-in`, the table with variance 1.
 *
 * @returns a layer from int32 ids `[batch, time]` to logits of the next ones, `[batch, time, vocabulary]`, of any time
 * @throws RangeError for sizes that are no integers >= 1, ids outside the vocabulary; TypeError from `apply` for ids that aren't int32
 * @example
 * const model = neuralNgram({ vocabulary: 50, context: 3, never: [0, 1] })
 * const { params, state } = model.init(random.key(0))
 * const x = np.array([[1, 7, 4]], { dtype: np.int32 })
 * model.apply({ params, state }, x, { training: false })[0].shape // [1, 3, 50]
 * @see Bengio et al. 2003, JMLR 3, section 2; Press, Wolf 2017, arXiv 1608.05859, on the shared table
 */
export function neuralNgram(options: NeuralNgramOptions): Layer {
  const {
    vocabulary,
    context,
    size,
    hidden: width,
    start,
    never,
  } = readOptions("neuralNgram", options, {
    vocabulary: true,
    context: true,
    size: [32],
    hidden: [96],
    start: [0],
    never: [[]],
  });
  const table = embedding({ vocabulary, size });
  checkNumber("context", context, { min: 1, integer: true });
  checkNumber("hidden", width, { min: 1, integer: true });
  checkNumber("start", start, { min: 0, below: vocabulary, integer: true });
  checkNever(never, vocabulary);
  const name = `neuralNgram(${vocabulary}, ${context})`;
  const layer = plainLayer<NgramParams>(name, {
    init(key) {
      const [forTable, forHidden, forOutput] = [...random.split(key, 3)];
      const linear = (key: np.Array, inputs: number, outputs: number): DenseParams => ({
        weight: normalWeight(key, [inputs, outputs], Math.sqrt(1 / inputs)),
        bias: np.zeros([outputs]),
      });
      return {
        ...(table.init(forTable).params as { table: np.Array }),
        hidden: linear(forHidden, context * size, width),
        output: linear(forOutput, width, size),
        bias: np.zeros([vocabulary]),
      };
    },
    apply(params, x) {
      checkTokens(name, x);
      const [batch, time] = x.shape;
      const windows = windowsOf(x, context, start);
      const [read] = table.apply({ params: { table: params.table.ref }, state: {} }, windows, {
        training: false,
      });
      const seen = np.tanh(affine(params.hidden, read.reshape([batch * time, context * size])));
      const said = affine(params.output, seen).mul(1 / Math.sqrt(size));
      const logits = np.matmul(said, np.transpose(params.table)).add(params.bias);
      return withoutTokens(logits, never).reshape([batch, time, vocabulary]);
    },
  });
  return { ...layer, vocabulary };
}

/** At each place the last `context` ids, the oldest first, `[batch, time, context]`. */
function windowsOf(x: np.Array, context: number, start: number): np.Array {
  const [batch, time] = x.shape;
  const shifted = Array.from({ length: context }, (_, i) => {
    const by = Math.min(context - 1 - i, time);
    if (by === 0) return x.ref;
    const before = np.zeros([batch, by], { dtype: np.int32 }).add(start);
    return by === time ? before : np.concatenate([before, x.ref.slice([], [0, time - by])], 1);
  });
  x.dispose();
  return np.stack(shifted, -1);
}

/** Throws unless these are ids `[batch, time]`, of no more places than the model has. */
export function checkTokens(name: string, x: np.Array, length = Infinity): void {
  const axes = length === Infinity ? "[batch, time]" : `[batch, time <= ${length}]`;
  if (x?.dtype !== np.int32) throw typeError(`x of ${name}`, `an int32 array ${axes}`, x);
  if (x.ndim !== 2 || x.shape[1] > length) throw rangeError(`x of ${name}`, `shape ${axes}`, x);
}
