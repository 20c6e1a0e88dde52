import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  type Compiled,
  checkNumber,
  compileWithJit,
  rangeError,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import type { Model, Variables } from "minimand/models";
import { checkVocabulary } from "minimand/models";

/**
 * The logits of what comes next, for each of some beginnings. `places` says what each continues, for models that see more than its tokens:
 * which prompt of `generate`, which group of `groupBeamSearch`.
 */
export type NextLogits = (
  texts: readonly (readonly number[])[],
  places: readonly number[],
) => Promise<Float32Array[]>;

/**
 * Returns what a language model says that comes next, one compiled program for all texts: as many rows as `rows` at once, padded to
 * `length` tokens behind the text, which no causal model sees.
 *
 * @param model from int32 ids `[batch, time]` to logits `[batch, time, vocabulary]`, each of what comes after
 * @param variables its parameters and state; kept
 * @param options `length`, the longest text; `rows`, default 64; `compile`
 * @returns a function of texts as ids, with `dispose()`
 * @throws TypeError, RangeError for what is no model, sizes below 1, and from the function for texts without tokens or longer ones
 * @example
 * const next = nextLogits(model, { params, state }, { length: 16 })
 * const [logits] = await next([tokenizer.encode("to be")])
 */
export function nextLogits(
  model: Model,
  { params, state }: Variables,
  options: { length: number; rows?: number; compile?: Compile },
): ((texts: readonly (readonly number[])[]) => Promise<Float32Array[]>) & { dispose(): void } {
  const { length, rows, compile } = readOptions("nextLogits", options, {
    length: true,
    rows: [64],
    compile: [compileWithJit],
  });
  if (typeof model?.apply !== "function") throw typeError("model", "a model", model);
  checkNumber("length", length, { min: 1, integer: true });
  checkNumber("rows", rows, { min: 1, integer: true });
  const program: Compiled<[Tree, Tree, np.Array, np.Array], np.Array> = compile(
    (params: Tree, state: Tree, x: np.Array, last: np.Array) => {
      const [logits] = model.apply({ params, state }, x, { training: false });
      const isLast = last.reshape([rows, 1]).equal(np.arange(length).astype(np.int32).reshape([1, length]));
      return np.where(isLast.reshape([rows, length, 1]), logits, 0).sum(1);
    },
  );
  const some = async (texts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const [x, last] = [new Int32Array(rows * length), new Int32Array(rows)];
    for (const [i, text] of texts.entries()) {
      x.set(text, i * length);
      last[i] = text.length - 1;
    }
    const ids = np.array(x, { shape: [rows, length] });
    checkVocabulary(model, ids);
    const values = await program(refTree(params), refTree(state), ids, np.array(last)).data();
    const vocabulary = values.length / rows;
    return texts.map((_, i) => Float32Array.from(values.subarray(i * vocabulary, (i + 1) * vocabulary)));
  };
  const next = async (texts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    for (const [i, text] of texts.entries()) checkText(`texts[${i}]`, text, length);
    const all: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += rows)
      all.push(...(await some(texts.slice(from, from + rows))));
    return all;
  };
  return Object.assign(next, { dispose: () => program.dispose() });
}

/** Throws for a text without tokens, and for one that is longer than the model. */
export function checkText(argument: string, text: readonly number[], length: number): void {
  if (!Array.isArray(text)) throw typeError(argument, "a list of token ids", text);
  if (text.length === 0) throw rangeError(argument, "at least one token, e.g. that of the start", text);
  if (text.length > length)
    throw rangeError(argument, `at most ${length} tokens, which the model takes`, text.length);
}
