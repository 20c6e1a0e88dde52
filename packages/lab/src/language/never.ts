import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "minimand/engine";

/** Logit of a token that is never to come: no probability is left of it, and products with it stay finite. */
const impossible = -1e9;

/** Throws unless these are ids of the vocabulary. */
export function checkNever(never: readonly number[], vocabulary: number): void {
  for (const [i, id] of never.entries())
    checkNumber(`never[${i}]`, id, { min: 0, below: vocabulary, integer: true });
}

/** Logits `[..., vocabulary]` without those ids. */
export function withoutTokens(logits: np.Array, never: readonly number[]): np.Array {
  if (never.length === 0) return logits;
  const vocabulary = logits.shape[logits.ndim - 1];
  const left = Float32Array.from({ length: vocabulary }, (_, id) => (never.includes(id) ? impossible : 0));
  return logits.add(np.array(left).astype(logits.dtype));
}
