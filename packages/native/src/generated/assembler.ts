/*
 * A small assembler: the bytes of a WebAssembly module with one function over an imported memory. What is in the function
 * is a list of bytes, too; the helpers below make the pieces.
 */

/** Bytes of instructions. Those of a value leave it on the stack. */
export type Code = readonly number[];

/** Returns an unsigned number in the variable-length form that WebAssembly has for all counts and indices. */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    const last = rest >> 6 === 0 || rest >> 6 === -1;
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

/** Encodes an instruction on 128 bits by its number. */
export const simd = (instruction: number): Code => [0xfd, ...unsigned(instruction)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const integer = (value: number): Code => [0x41, ...signed(value)];
export const sum = (a: Code, b: Code): Code => [...a, ...b, 0x6a];

/** Aligned to four bytes, offset 0. */
const place: Code = [2, 0];
const lane0 = 0;

/** Loads four numbers from an address on. */
export const load = (address: Code): Code => [...address, ...simd(0x00), ...place];
/** Loads one number, four times. */
export const loadSplat = (address: Code): Code => [...address, ...simd(0x09), ...place];
/** Loads one number, and three zeros. */
export const loadOne = (address: Code): Code => [...address, ...simd(0x5c), ...place];
export const store = (address: Code, value: Code): Code => [...address, ...value, ...simd(0x0b), ...place];
/** Stores the first number alone. */
export const storeOne = (address: Code, value: Code): Code => [
  ...[...address, ...value, ...simd(0x5a)],
  ...[...place, lane0],
];

/** Makes the same 32 bits four times. */
export function constant(bits: number): Code {
  const bytes = [...new Uint8Array(Uint32Array.of(bits).buffer)];
  return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
}

/** Runs `body` for `counter` = from, from + by, ... below `to`. */
export function loop(
  counter: number,
  { from, to, by }: Record<"from" | "to" | "by", number>,
  body: Code,
): Code {
  if (from >= to) return [];
  const [repeat, noResult, end, branchIf, lessThan] = [0x03, 0x40, 0x0b, 0x0d, 0x49];
  const next = [...set(counter, sum(get(counter), integer(by))), ...get(counter), ...integer(to), lessThan];
  return [...set(counter, integer(from)), repeat, noResult, ...body, ...next, branchIf, 0, end];
}

/** What the one function of a module has: its numbers of parameters and counters of 32 bits, and of values of 128. */
export interface Function {
  parameters: number;
  counters: number;
  values: number;
  body: Code;
}

const [i32, v128] = [0x7f, 0x7b];

/** Returns a module that imports the memory `engine.memory` and exports the function `run`. */
export function assemble({ parameters, counters, values, body }: Function): Uint8Array<ArrayBuffer> {
  const locals = [
    ...vector([
      [...unsigned(counters), i32],
      [...unsigned(values), v128],
    ]),
  ];
  const code = [...locals, ...body, 0x0b];
  return Uint8Array.from([
    ...[0, ...text("asm").slice(1), 1, 0, 0, 0],
    ...section(1, [[0x60, ...unsigned(parameters), ...new Array<number>(parameters).fill(i32), 0]]),
    ...section(2, [[...text("engine"), ...text("memory"), 2, 0, 0]]),
    ...section(3, [[0]]),
    ...section(7, [[...text("run"), 0, 0]]),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly Code[]): Code {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function text(name: string): Code {
  return vector([...new TextEncoder().encode(name)].map((byte) => [byte]));
}
