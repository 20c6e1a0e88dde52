import type { numpy as np } from "@jax-js/jax";
import type { LossOptions } from "./per-example.ts";

/**
 * A loss of a whole batch: one scalar that is not a mean over examples.
 *
 * `logits` float `[batch, classes]`, `labels` int32 `[batch]` or distributions `[batch, classes]` -> a 0-d array.
 * A trainer must neither average it over examples nor split the batch: two half batches give another loss (and
 * another gradient) than the whole, so gradient accumulation is not valid. `weights` enter the sums over examples.
 */
export type WholeBatchLoss = (logits: np.Array, labels: np.Array, options: LossOptions) => np.Array;
