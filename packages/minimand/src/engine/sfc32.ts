/** One round of a 32-bit mixing function (splitmix32): every bit of the input changes about half of the output. */
export function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** A generator of uniform numbers whose state can be kept and taken up again. */
export interface Sfc32 {
  /** The next number in [0, 1). */
  next(): number;
  /** Four 32-bit numbers, a copy. */
  state(): Uint32Array<ArrayBuffer>;
  /** Goes on from a state. */
  resume(state: ArrayLike<number>): void;
}

/**
 * The small fast counting generator of 32 bits, seeded by any integer, or going on from the state of another.
 *
 * @see Doty-Humphrey, PractRand, the generator sfc32
 */
export function sfc32(from: number | ArrayLike<number>): Sfc32 {
  let [a, b, c, counter] = [0, 0, 0, 1];
  const next = (): number => {
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
    for (let i = 0; i < 12; i++) next();
  } else resume(from);
  return { next, state: () => Uint32Array.of(a, b, c, counter), resume };
}
