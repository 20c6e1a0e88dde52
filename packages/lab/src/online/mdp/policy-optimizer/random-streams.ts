import { derive, type RandomSource, randomSource } from "minimand/engine";

/**
 * Random numbers of each episode and purpose are a stream of their own, named by integers. A saved state needs no random
 * state, and a bonus that is drawn once per (episode, state, action) is the same whenever it is asked for.
 */
export const streams = {
  action: (seed: number, k: number, layer: number): RandomSource => randomSource(derive(seed, 1, k, layer)),
  covariance: (seed: number, k: number): RandomSource => randomSource(derive(seed, 2, k)),
  fresh: (seed: number, k: number): RandomSource => randomSource(derive(seed, 3, k)),
  bonus: (seed: number, k: number, layer: number, state: number, action: number): RandomSource =>
    randomSource(derive(seed, 4, k, layer, state, action)),
};

/** Returns a number for a state's key. */
export function hashOf(key: string): number {
  return derive(...Array.from(key, (letter) => letter.codePointAt(0)!));
}
