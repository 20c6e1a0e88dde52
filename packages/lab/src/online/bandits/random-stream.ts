import { type Sfc32, sfc32 } from "minimand/internals";

/** A source of random numbers whose state can be kept and taken up again: bit for bit the same numbers follow. */
export interface RandomStream extends Pick<Sfc32, "state" | "resume"> {
  /** The next number in [0, 1). */
  uniform(): number;
  /** The next standard normal number (Box-Muller, two uniform numbers each). */
  normal(): number;
}

/** Returns a stream (sfc32) that starts from any integer, or goes on from the state of another. */
export function randomStream(from: number | ArrayLike<number>): RandomStream {
  const { next: uniform, state, resume } = sfc32(from);
  return {
    uniform,
    // 1 - u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state,
    resume,
  };
}
