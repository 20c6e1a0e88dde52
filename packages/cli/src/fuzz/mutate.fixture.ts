import { randomSource } from "minimand/engine";

/** Numbers that break counts, sizes and offsets. */
const numbers = ["-1", "0", "99999999999999999999", "2147483648", "1e308", "1e999", "NaN", "null", '"', "[["];

type Random = (below: number) => number;
type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function spanOf(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random(random(2) === 0 ? 8 : 200))];
}

const changes: Change[] = [
  // One bit, and one byte that is as large or as small as it can be.
  (bytes, random) => {
    if (bytes.length > 0) bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length > 0) bytes[random(bytes.length)] = [0, 0x7f, 0x80, 0xff][random(4)]!;
    return bytes;
  },
  // A stretch that is gone, there again, there many times, or all ones.
  (bytes, random) => {
    const [from, to] = spanOf(bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    const [from, to] = spanOf(bytes, random);
    const copies = Array<Uint8Array>(1 + random(random(8) === 0 ? 5000 : 4)).fill(bytes.subarray(from, to));
    return joined(bytes.subarray(0, to), ...copies, bytes.subarray(to));
  },
  (bytes, random) => bytes.fill(0xff, ...spanOf(bytes, random)),
  // The end.
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  // Another number, where the bytes are text.
  (bytes, random) => {
    const digits = [
      ...Buffer.from(bytes)
        .toString("latin1")
        .matchAll(/-?\d+(?:\.\d+)?/g),
    ];
    const found = digits[random(digits.length)];
    if (found === undefined) return bytes;
    const number = Buffer.from(numbers[random(numbers.length)]!);
    return joined(bytes.subarray(0, found.index), number, bytes.subarray(found.index + found[0].length));
  },
];

/** A file with one to four changes; the same seed makes the same ones. */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const draw = randomSource(seed);
  const random: Random = (below) => Math.floor(draw() * below);
  let changed: Uint8Array = bytes.slice();
  for (let i = random(4); i >= 0; i--) changed = changes[random(changes.length)]!(changed.slice(), random);
  return changed;
}
