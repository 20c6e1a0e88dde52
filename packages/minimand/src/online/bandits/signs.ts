import { checkNumber, rangeError } from "../../engine/errors.ts";
import { randomStream } from "./random-stream.ts";

/**
 * Sign vectors `eps_j in {-1, +1}^p`, j = 1 .. S, as bits: a parameter has one byte for every eight vectors. Sums over
 * parameters and combinations of the vectors take p operations for eight vectors, not eight times p.
 */
export interface Signs {
  /** S. */
  readonly samples: number;
  /** p. */
  readonly size: number;
  /** For eight vectors each, `[p]`: bit j is 1 where the sign of vector j is +. */
  readonly codes: readonly Uint8Array[];
}

/** Independent fair signs. */
export function drawSigns(samples: number, size: number, seed: number): Signs {
  checkNumber("samples", samples, { min: 1, integer: true });
  const random = randomStream(seed);
  const codes: Uint8Array[] = [];
  for (let first = 0; first < samples; first += 8) {
    const patterns = 2 ** Math.min(8, samples - first);
    codes.push(Uint8Array.from({ length: size }, () => Math.floor(random.uniform() * patterns)));
  }
  return { samples, size, codes };
}

/**
 * Given signs, `[S][p]`.
 *
 * @throws RangeError for vectors of unequal lengths, numbers other than -1 and 1
 */
export function packSigns(vectors: readonly ArrayLike<number>[]): Signs {
  if (vectors.length === 0) throw rangeError("signs", "at least one vector", vectors);
  const size = vectors[0].length;
  const codes = Array.from({ length: Math.ceil(vectors.length / 8) }, () => new Uint8Array(size));
  for (const [j, vector] of vectors.entries()) {
    if (vector.length !== size) throw rangeError("signs", `vectors of ${size} signs`, vector);
    for (let i = 0; i < size; i++) {
      if (vector[i] !== 1 && vector[i] !== -1) throw rangeError("signs", "-1 or 1", vector[i]);
      if (vector[i] === 1) codes[j >> 3][i] |= 1 << (j & 7);
    }
  }
  return { samples: vectors.length, size, codes };
}

const sums = new Float64Array(256);

/** `out_j = factor eps_j^T (theta - theta0)`. */
export function signProducts(
  signs: Signs,
  theta: ArrayLike<number>,
  theta0: ArrayLike<number>,
  factor: number,
  out: Float64Array,
): void {
  for (const [group, code] of signs.codes.entries()) {
    sums.fill(0);
    for (let i = 0; i < code.length; i++) sums[code[i]] += theta[i] - theta0[i];
    for (let j = 8 * group; j < Math.min(signs.samples, 8 * group + 8); j++) {
      let total = 0;
      for (let pattern = 0; pattern < 256; pattern++)
        total += (pattern >> (j & 7)) & 1 ? sums[pattern] : -sums[pattern];
      out[j] = factor * total;
    }
  }
}

/** Adds `factor sum_j w_j eps_j` to `gradient`. */
export function addSigns(
  signs: Signs,
  weights: ArrayLike<number>,
  factor: number,
  gradient: Float64Array,
): void {
  for (const [group, code] of signs.codes.entries()) {
    for (let pattern = 0; pattern < 256; pattern++) {
      let total = 0;
      for (let j = 8 * group; j < Math.min(signs.samples, 8 * group + 8); j++)
        total += (pattern >> (j & 7)) & 1 ? weights[j] : -weights[j];
      sums[pattern] = factor * total;
    }
    for (let i = 0; i < code.length; i++) gradient[i] += sums[code[i]];
  }
}
