import { mix } from "../../engine/random.ts";

/** A source of random numbers whose state can be kept and taken up again: bit for bit the same numbers follow. */
export interface RandomStream {
  /** The next number in [0, 1). */
  uniform(): number;
  /** The next standard normal number (Box-Muller, two uniform numbers each). */
  normal(): number;
  /** Four 32-bit numbers, a copy. */
  state(): Uint32Array<ArrayBuffer>;
  /** Goes on from a state. */
  resume(state: ArrayLike<number>): void;
}

/** A stream (sfc32) that starts from any integer, or goes on from the state of another. */
export function randomStream(from: number | ArrayLike<number>): RandomStream {
  let [a, b, c, counter] = [0, 0, 0, 1];
  const uniform = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  const resume = (state: ArrayLike<number>): void => {
    [a, b, c, counter] = [state[0] | 0, state[1] | 0, state[2] | 0, state[3] | 0];
  };
  if (typeof from === "number") {
    a = mix(from);
    b = mix(a);
    c = mix(b);
    for (let i = 0; i < 12; i++) uniform();
  } else resume(from);
  return {
    uniform,
    // 1 - u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => Uint32Array.of(a, b, c, counter),
    resume,
  };
}
