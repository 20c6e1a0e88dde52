import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "../../engine/tree.ts";

/** What a causal layer also is: it takes texts token by token, and remembers what came before in a cache. As in use, without dropout. */
export interface Incremental {
  /** An empty cache of `rows` texts of at most `length` tokens: a tree of arrays `[rows, ...]`. */
  cache(rows: number, length: number): Tree;
  /**
   * One more token of each text: from `x` `[rows, 1, ...]` and where each stands in its text, int32 `[rows]`, to what `apply` would give
   * at that place, and the next cache. A place that is `length` or more leaves a row as it was. Traced; consumes all.
   */
  extend(params: Tree, cache: Tree, x: np.Array, place: np.Array): [np.Array, Tree];
}
