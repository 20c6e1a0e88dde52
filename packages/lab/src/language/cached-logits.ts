import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  type Compiled,
  checkNumber,
  compileWithJit,
  disposeTree,
  mapTree,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import type { Incremental, Model } from "minimand/models";
import { checkVocabulary } from "minimand/models";
import { checkText } from "./next-logits.ts";

/** A cache and the texts in it, by row: joined, so that they can be looked up; null where there is none. */
interface Remembered {
  cache: Tree;
  texts: (string | null)[];
}

/**
 * Returns what {@link nextLogits} gives, of models that take texts token by token, as {@link causalTransformer}. Keys and values of earlier
 * tokens are kept, so that a text that goes on from one of the call before costs a single token, whatever its length. Other texts are taken
 * in token by token, and what isn't asked about any more is forgotten.
 *
 * One caller at a time: a call before the last one has answered waits for it.
 *
 * @param model that has `cache` and `extend`
 * @param params its parameters; kept
 * @param options `length`, the longest text; `rows` at once, default 64, more go into further caches; `compile`
 * @returns a function of texts as ids, with `dispose()`
 * @throws TypeError, RangeError for what is no such model, sizes below 1, and from the function for texts without tokens or longer ones
 * @example
 * const model = causalTransformer({ vocabulary: 50, length: 16, size: 16 })
 * const { params } = model.init(random.key(0))
 * const next = cachedLogits(model, params, { length: 16 })
 * const [logits] = await next([[1, 7]])
 * const [later] = await next([[1, 7, 4]]) // one token more
 * @see Pope et al. 2022, arXiv 2211.05102, section 2.1
 */
export function cachedLogits(
  model: Model & Incremental,
  params: Tree,
  options: { length: number; rows?: number; compile?: Compile },
): ((texts: readonly (readonly number[])[]) => Promise<Float32Array[]>) & { dispose(): void } {
  const { length, rows, compile } = readOptions("cachedLogits", options, {
    length: true,
    rows: [64],
    compile: [compileWithJit],
  });
  if (typeof model?.extend !== "function")
    throw typeError("model", "a model that takes texts token by token", model);
  checkNumber("length", length, { min: 1, integer: true });
  checkNumber("rows", rows, { min: 1, integer: true });
  const program: Compiled<[Tree, Tree, np.Array, np.Array, np.Array], Tree> = compile(
    (params: Tree, cache: Tree, from: np.Array, x: np.Array, place: np.Array) => {
      const moved = mapTree((rows) => np.take(rows, from.ref, 0), cache);
      from.dispose();
      const [logits, next] = model.extend(params, moved, x, place);
      return [logits.slice([], 0), next] as Tree;
    },
  );
  const caches: Remembered[] = [];
  const emptyCache = (): Remembered => ({ cache: model.cache(rows, length), texts: Array(rows).fill(null) });

  /** Logits after texts that are to be in one cache. */
  const within = async (own: Remembered, texts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const known = new Map(own.texts.map((text, row) => [text, row]));
    const from = Int32Array.from({ length: rows }, (_, row) => row);
    /** How many tokens of each text are in the cache. */
    const taken = texts.map((text, i) => {
      const row = text.length > 1 ? known.get(text.slice(0, -1).join()) : undefined;
      from[i] = row ?? i;
      return row === undefined ? 0 : text.length - 1;
    });
    own.texts.fill(null);
    const answers: Float32Array[] = [];
    let order = from;
    while (texts.some((text, i) => taken[i] < text.length)) {
      const [x, place] = [new Int32Array(rows), new Int32Array(rows).fill(length)];
      for (const [i, text] of texts.entries())
        if (taken[i] < text.length) [x[i], place[i]] = [text[taken[i]], taken[i]];
      const ids = np.array(x, { shape: [rows, 1] });
      const moved = np.array(order);
      const [logits, cache] = program(refTree(params), own.cache, moved, ids, np.array(place)) as [
        np.Array,
        Tree,
      ];
      own.cache = cache;
      order = Int32Array.from(order.keys());
      const values = (await logits.data()) as Float32Array;
      const vocabulary = values.length / rows;
      for (const [i, text] of texts.entries())
        if (taken[i] < text.length && ++taken[i] === text.length)
          answers[i] = values.slice(i * vocabulary, (i + 1) * vocabulary);
    }
    for (const [i, text] of texts.entries()) own.texts[i] = text.join();
    return answers;
  };

  let last: Promise<unknown> = Promise.resolve();
  const next = async (texts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    for (const [i, text] of texts.entries()) checkText(`texts[${i}]`, text, length);
    if (texts.length === 0) return [];
    const ids = np.array(Int32Array.from(texts.flat()));
    try {
      checkVocabulary(model, ids);
    } finally {
      ids.dispose();
    }
    const groups = placesOf(caches, texts, rows);
    while (caches.length < groups.length) caches.push(emptyCache());
    const answers: Float32Array[] = [];
    for (const [k, places] of groups.entries()) {
      const found = await within(
        caches[k],
        places.map((i) => texts[i]),
      );
      places.forEach((i, j) => {
        answers[i] = found[j];
      });
    }
    return answers;
  };
  const inTurn = (texts: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const answer = last.then(() => next(texts));
    last = answer.catch(() => {});
    return answer;
  };
  return Object.assign(inTurn, {
    dispose() {
      for (const { cache } of caches.splice(0)) disposeTree(cache);
      program.dispose();
    },
  });
}

/** Which texts, by number, go into which cache: where the beginning is, while there is room, and else where there is room. */
function placesOf(
  caches: readonly Remembered[],
  texts: readonly (readonly number[])[],
  rows: number,
): number[][] {
  const home = new Map(caches.flatMap(({ texts }, k) => texts.map((text) => [text, k] as const)));
  const groups: number[][] = Array.from({ length: Math.ceil(texts.length / rows) }, () => []);
  const rest: number[] = [];
  for (const [i, text] of texts.entries()) {
    const k = home.get(text.slice(0, -1).join());
    if (k !== undefined && k < groups.length && groups[k].length < rows) groups[k].push(i);
    else rest.push(i);
  }
  for (const i of rest) groups.find((group) => group.length < rows)?.push(i);
  return groups;
}
