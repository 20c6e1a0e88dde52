import { numpy as np } from "@jax-js/jax";
import { log, unitNorm } from "../engine/numerics.ts";

/**
 * What the last layer makes of features `h` `[batch, features]`, with weight `W`, bias `b` and `f = h W + b`. Each gives
 * logits: their softmax is the head's own distribution over classes, so that whatever works on logits works with all.
 *
 * | head | logits | softmax of them |
 * |---|---|---|
 * | linear | `f_k` | softmax |
 * | taylor | `log(1 + f_k + f_k^2 / 2)` | Taylor softmax (arXiv 1511.05042) |
 * | spherical | `log(f_k^2 + 0.1)` | spherical softmax (arXiv 1511.05042) |
 * | cosine | `16 <h, W_k> / (||h|| ||W_k||)`, no bias | normalised softmax (arXiv 1704.06369) |
 */
export type Head = (typeof heads)[number];

export const heads = ["linear", "taylor", "spherical", "cosine"] as const;

/** Logits of the cosine head are this times cosines; a loss of cosines divides by it. */
export const cosineHeadScale = 16;

/** The logits of a head. Consumes all arrays; a cosine head has no bias. */
export function logitsOfHead(
  head: Head,
  h: np.Array,
  { weight, bias }: { weight: np.Array; bias?: np.Array },
): np.Array {
  if (head === "cosine") return np.matmul(unitNorm(h, 1), unitNorm(weight, 0)).mul(cosineHeadScale);
  const f = np.matmul(h, weight).add(bias!);
  if (head === "taylor") return taylorLogits(f);
  if (head === "spherical") return sphericalLogits(f);
  return f;
}

/** Logits of a taylor head, of `h W + b`. */
export const taylorLogits = (f: np.Array): np.Array => log(np.square(f.ref).mul(0.5).add(f).add(1));

/** Logits of a spherical head, of `h W + b`. */
export const sphericalLogits = (f: np.Array): np.Array => log(np.square(f).add(0.1));
