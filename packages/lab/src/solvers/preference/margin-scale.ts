import { expit, log1pExp, readOptions } from "minimand/engine";
import { checkVector } from "../../online/vectors.ts";

/**
 * Temperature scaling of preferences: finds the number that margins are multiplied by so that held-out labels are likeliest.
 *
 * `argmax_s sum_i log(epsilon + (1 - 2 epsilon) sigma(s z_i))` over `s > 0`, `z_i` the margins towards the label as observed; the
 * temperature is `1 / s`. Losses differ mostly in the scale of the margins that they train, and compared fairly each has its own.
 * Uninformative margins are scaled to nearly nothing, those that are never wrong until the likelihood gains no more. With few pairs, above
 * all flipped ones, it hardly distinguishes large scales. `prior` adds `prior log(sigma(s m) sigma(-s m))`, `m` the root mean square of the
 * margins: as if `prior` true preferences had been seen each way.
 *
 * @param margins of held-out pairs, negative where the model disagrees with the label
 * @param options `0 <= epsilon < 1/2`, the share of flipped labels, default 0; `prior >= 0`, default 0
 * @returns the scale, > 0; margins of size 1 are scaled by e^-5 to e^5
 * @throws TypeError, RangeError for margins that aren't finite, for none, and for `epsilon` outside [0, 1/2) or `prior` below 0
 * @example
 * marginScale([2, 2, 2, -2]) // 0.5493
 * @see Guo et al. 2017, arXiv 1706.04599, section 4.2
 */
export function marginScale(
  margins: ArrayLike<number>,
  options: { epsilon?: number; prior?: number } = {},
): number {
  const { epsilon, prior } = readOptions("marginScale", options, {
    epsilon: [0, { min: 0, below: 0.5 }],
    prior: [0, { min: 0 }],
  });
  checkVector("margins", margins);
  const size = sizeOf(margins);
  const plain = likeliestScale(margins, 0, size, 0, prior).power;
  return Math.exp(epsilon === 0 ? plain : likeliestScale(margins, epsilon, size, plain, prior).power) / size;
}

/** Returns the root mean square of margins, 1 where all are 0. */
export function sizeOf(margins: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < margins.length; i++) squares += margins[i] ** 2;
  return Math.sqrt(squares / margins.length) || 1;
}

/** Scales of margins of size 1 that are looked at, as powers of e: preferences from a mere shade to a step. */
const [least, most] = [-5, 5];

/**
 * Returns the power of e that margins of size 1 are likeliest multiplied by, by Fisher scoring with steps that are halved until they gain.
 */
export function likeliestScale(
  margins: ArrayLike<number>,
  e: number,
  size: number,
  start: number,
  prior = 0,
): { power: number; value: number } {
  const at = (power: number): { power: number; value: number; slope: number; information: number } => {
    const s = Math.exp(power) / size;
    let [value, slope, information] = [0, 0, 0];
    for (let i = 0; i < margins.length; i++) {
      const z = s * margins[i];
      const [right, wrong] = [expit(z), expit(-z)];
      const share = Math.max((1 - e) * right + e * wrong, Number.MIN_VALUE);
      const change = ((1 - 2 * e) * z * right * wrong) / share;
      value += Math.log(share);
      slope += change;
      information += change * change;
    }
    const middling = Math.exp(power);
    const pull = prior * middling * Math.tanh(middling / 2);
    value -= prior * (log1pExp(middling) + log1pExp(-middling));
    return { power, value, slope: slope - pull, information: information + pull };
  };
  let best = at(start);
  for (let i = 0; i < 50; i++) {
    const wanted = best.slope / Math.max(best.information, 1e-12);
    let step = Math.min(Math.max(wanted, -1), 1);
    let next = at(Math.min(Math.max(best.power + step, least), most));
    for (; next.value < best.value && Math.abs(step) > 1e-5; step /= 2)
      next = at(Math.min(Math.max(best.power + step / 2, least), most));
    if (!(next.value > best.value)) break;
    const gained = next.value - best.value;
    best = next;
    if (gained < 1e-7) break;
  }
  return best;
}
