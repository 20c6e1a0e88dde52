/*
 * Bytes of WebAssembly modules, for the few loops over numbers that need its instructions on 128 bits: JavaScript multiplies one
 * number at a time, and checks every index.
 */

/** Bytes of instructions. Those of a value leave it on the stack. */
export type Code = readonly number[];

const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };
type Type = keyof typeof types;

/** A function that is exported. Its locals are the parameters and then the others, by their names. */
export interface WasmFunction {
  name: string;
  parameters: readonly (readonly [name: string, type: Type])[];
  locals: readonly (readonly [name: string, type: Type])[];
  body: (locals: Locals) => Code;
}

/** Reads and writes of the locals of a function. */
export interface Locals {
  get(name: string): Code;
  set(name: string, ...value: Code[]): Code;
  /** Adds to an integer. */
  advance(name: string, by: Code): Code;
}

/** An integer from 0 to 63: larger ones would need more bytes. */
export const number = (value: number): Code => [0x41, ...unsigned(value)];
export const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const minus = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
/** An instruction on 128 bits by its number. */
export const simd = (instruction: number): Code => [0xfd, ...unsigned(instruction)];
/** Repeats the body while an integer is below a limit, adding `by` after each time. */
export const whileBelow = (
  locals: Locals,
  counter: string,
  limit: Code,
  by: number,
  ...body: Code[]
): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...locals.get(counter), ...limit, 0x4e, 0x0d, 1],
  ...[...body.flat(), ...locals.advance(counter, number(by)), 0x0c, 0, 0x0b, 0x0b],
];
/** 128 bits from an address, and to one. */
export const load = (address: Code, offset = 0): Code => [...address, ...simd(0x00), 3, offset];
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...[...address, ...value],
  ...[...simd(0x0b), 3, offset],
];
export const zeros: Code = [...simd(0x0c), ...Array<number>(16).fill(0)];

/** The most bytes that one WebAssembly memory can hold: 65,536 pages of 64 kB, minus one. */
export const largestMemory = 65_535 * 65_536;

/**
 * A new memory of at least so many bytes with functions over it.
 *
 * @throws RangeError where the memory can't be had; other errors where a runtime has no WebAssembly, or forbids it
 */
export function wasmOver<Exports>(
  bytes: number,
  functions: readonly WasmFunction[],
): { memory: WebAssembly.Memory } & Exports {
  // A module of its own for every memory: programs may keep one instance a module, as our command line does.
  const module = new WebAssembly.Module(moduleBytes(Math.max(1, Math.ceil(bytes / 65_536)), functions));
  return new WebAssembly.Instance(module).exports as unknown as { memory: WebAssembly.Memory } & Exports;
}

function moduleBytes(pages: number, functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const bodies = functions.map((each) => {
    const code = [
      ...vector(each.locals.map(([, type]) => [1, types[type]])),
      ...each.body(localsOf(each)),
      0x0b,
    ];
    return [...unsigned(code.length), ...code];
  });
  const signatures = functions.map(({ parameters }) => [
    ...[0x60, ...vector(parameters.map(([, type]) => [types[type]]))],
    ...vector([]),
  ]);
  const names = functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
  return Uint8Array.from([
    ...[0, ...text("asm").slice(1), 1, 0, 0, 0],
    ...section(1, signatures),
    ...section(
      3,
      functions.map((_, i) => unsigned(i)),
    ),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [[...text("memory"), 2, 0], ...names]),
    ...section(10, bodies),
  ]);
}

function localsOf({ parameters, locals }: WasmFunction): Locals {
  const indices = new Map([...parameters, ...locals].map(([name], i) => [name, i]));
  const indexOf = (name: string): Code => unsigned(indices.get(name)!);
  const get = (name: string): Code => [0x20, ...indexOf(name)];
  const set = (name: string, ...value: Code[]): Code => [...value.flat(), 0x21, ...indexOf(name)];
  return {
    get,
    set,
    advance: (name, by) => set(name, plus(get(name), by)),
  };
}

/** An unsigned number in the variable-length form that WebAssembly has for all counts and indices. */
function unsigned(value: number): number[] {
  const bytes = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

function vector(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly Code[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function text(name: string): number[] {
  return vector([...name].map((letter) => [letter.charCodeAt(0)]));
}
