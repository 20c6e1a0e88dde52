import { numpy as np, random } from "@jax-js/jax";
import { peek, rangeError, typeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import type { Model } from "../model.ts";
import { type Layer, plainLayer } from "./layer.ts";

/**
 * A table of vectors, one for each id: `y_i = table[x_i]`. Its gradient adds up what arrives at each id.
 *
 * Ids outside the table are refused where their values can be seen: by training steps and predictors of a model that begins with this
 * layer, too. In a compiled program of one's own they have none: there such an id gives zeros, and no gradient.
 *
 * @returns a layer from int32 ids `[...]` to `[..., size]`; the table `[vocabulary, size]` starts normal with variance 1
 * @throws RangeError for sizes that are no integers >= 1, and from `apply` for ids outside [0, vocabulary); TypeError from
 *   `apply` for ids that aren't int32
 * @example
 * const layer = embedding({ vocabulary: 3, size: 2 })
 * layer.name // "embedding(3, 2)"
 * const table = np.array([[1, 2], [3, 4], [5, 6]])
 * const ids = np.array([2, 0], { dtype: np.int32 })
 * layer.apply({ params: { table }, state: {} }, ids, { training: false })[0] // [5, 6, 1, 2]
 * @see Bengio et al. 2003, JMLR 3, section 2
 */
export function embedding(options: { vocabulary: number; size: number }): Layer {
  const { vocabulary, size } = readOptions("embedding", options, {
    vocabulary: { min: 1, integer: true },
    size: { min: 1, integer: true },
  });
  const name = `embedding(${vocabulary}, ${size})`;
  const layer = plainLayer<{ table: np.Array }>(name, {
    init: (key) => ({ table: random.normal(key, [vocabulary, size]) }),
    apply({ table }, x) {
      checkIds(name, x, vocabulary);
      const ids = x.reshape([-1]);
      const inside = ids.ref.greaterEqual(0).mul(ids.ref.less(vocabulary)).reshape([-1, 1]);
      // The product isn't for the zeros alone: the engine compiles the gradient of a gather only where arithmetic with an input
      // of the program follows it at once.
      const rows = np.take(table, np.clip(ids, 0, vocabulary - 1), 0).mul(constantOf(inside, table.dtype));
      return rows.reshape([...x.shape, size]);
    },
  });
  return { ...layer, vocabulary };
}

/** Throws if ids that can be read are outside the vocabulary of the model; inside a program they can't be read. Looks at the input. */
export function checkVocabulary(model: Pick<Model, "vocabulary"> & { name?: string }, x: np.Array): void {
  if (model.vocabulary !== undefined) checkIds(model.name ?? "the model", x, model.vocabulary);
}

function checkIds(name: string, x: np.Array, vocabulary: number): void {
  if (x.dtype !== np.int32) throw typeError(`x of ${name}`, "an int32 array of ids", x);
  const ids = peek(x) ?? [];
  for (let i = 0; i < ids.length; i++)
    if (ids[i] < 0 || ids[i] >= vocabulary)
      throw rangeError(`x of ${name}`, `ids from 0 to ${vocabulary - 1}`, ids[i]);
}
