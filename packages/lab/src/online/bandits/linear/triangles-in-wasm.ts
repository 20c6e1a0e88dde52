import {
  type Code,
  load,
  number,
  plus,
  simd,
  store,
  type WasmFunction,
  wasmOver,
  whileBelow,
  zeros,
} from "minimand/internals";
import type { Triangles } from "./triangles-in-javascript.ts";

/** Makes triangles in a WebAssembly memory of their own; null if the kernel cannot be compiled here. */
export function trianglesInWasm(dim: number, given: Float64Array): Triangles | null {
  const size = (dim * (dim + 1)) / 2;
  const slots = given.length / size;
  // The products reach over the end of the triangle by one number.
  const [matricesAt, productsAt] = [0, align(8 * given.length)];
  const xAt = align(productsAt + 8 * (size + 1));
  const uAt = align(xAt + 8 * (dim + 1));
  const outAt = align(uAt + 8 * (dim + 1));
  const kernel = kernelOver(outAt + 8 * slots);
  if (kernel === null) return null;
  const { memory, squares, forms, times, subtract } = kernel;
  const numbers = (at: number, count: number): Float64Array => new Float64Array(memory.buffer, at, count);
  const [matrices, x, u] = [numbers(matricesAt, given.length), numbers(xAt, dim), numbers(uAt, dim)];
  const out = numbers(outAt, slots);
  const [row, triangle] = [8 * dim, 8 * size];
  matrices.set(given);
  return {
    matrices,
    forms(of, into) {
      x.set(of);
      squares(xAt, productsAt, row);
      forms(matricesAt, productsAt, outAt, triangle, 8 * slots);
      into.set(out);
    },
    times(slot, of) {
      x.set(of);
      times(slot * triangle, xAt, uAt, row);
      return u;
    },
    subtract(slot, of, scale) {
      if (of !== u) u.set(of);
      subtract(slot * triangle, uAt, row, scale);
    },
  };
}

const align = (bytes: number): number => 64 * Math.ceil(bytes / 64);

interface Kernel {
  memory: WebAssembly.Memory;
  squares(x: number, products: number, row: number): void;
  forms(a: number, products: number, out: number, triangle: number, slots: number): void;
  times(a: number, x: number, u: number, row: number): void;
  subtract(a: number, u: number, row: number, scale: number): void;
}

function kernelOver(bytes: number): Kernel | null {
  try {
    return wasmOver<Kernel>(bytes, functions);
  } catch {
    // No WebAssembly here, none allowed, or no memory left for it.
    return null;
  }
}

const two = (a: Code, b: Code, instruction: number): Code => [...a, ...b, ...simd(instruction)];
const sum = (a: Code, b: Code): Code => two(a, b, 0xf0);
const difference = (a: Code, b: Code): Code => two(a, b, 0xf1);
const product = (a: Code, b: Code): Code => two(a, b, 0xf2);
const f64 = (address: Code): Code => [...address, 0x2b, 3, 0];
const storeF64 = (address: Code, value: Code): Code => [...address, ...value, 0x39, 3, 0];
const [plusF64, timesF64, dividedF64] = [0xa0, 0xa2, 0xa3];
const splat = (value: Code): Code => [...value, ...simd(0x14)];
/** One number, and a zero. */
const loadOne = (address: Code): Code => [...address, ...simd(0x5d), 3, 0];
/** The first number alone. */
const storeOne = (address: Code, value: Code): Code => [...address, ...value, ...simd(0x5b), 3, 0, 0];
const lanesAdded = (value: Code): Code => [
  ...[...value, ...simd(0x21), 0],
  ...[...value, ...simd(0x21), 1, plusF64],
];
/** The bytes of whole registers among this many. */
const wholePairs = (bytes: Code): Code => [...bytes, 0x41, 0x70, 0x71];
const isOdd = (bytes: Code): Code => [...bytes, ...number(8), 0x71];
const when = (condition: Code, ...body: Code[]): Code => [...condition, 0x04, 0x40, ...body.flat(), 0x0b];

const integers = (...names: string[]) => names.map((name) => [name, "i32"] as const);
const registers = (...names: string[]) => names.map((name) => [name, "v128"] as const);

/** `x_i x_j`, twice where i isn't j: a quadratic form is their inner product with the triangle. */
const squares: WasmFunction = {
  name: "squares",
  parameters: integers("x", "products", "row"),
  locals: [...integers("i", "j"), ...registers("twice")],
  body: (locals) => {
    const { get, set, advance } = locals;
    const xi = f64(plus(get("x"), get("i")));
    return whileBelow(
      locals,
      "i",
      get("row"),
      8,
      set("twice", splat([...xi, ...xi, plusF64])),
      set("j", number(0)),
      // The next row writes over what is beyond this one's end.
      whileBelow(
        locals,
        "j",
        get("i"),
        16,
        store(plus(get("products"), get("j")), product(get("twice"), load(plus(get("x"), get("j"))))),
      ),
      storeF64(plus(get("products"), get("i")), [...xi, ...xi, timesF64]),
      advance("products", plus(get("i"), number(8))),
    );
  },
};

/** Inner products of the triangles with one vector. */
const forms: WasmFunction = {
  name: "forms",
  parameters: integers("a", "products", "out", "triangle", "slots"),
  locals: [...integers("slot", "k"), ...registers("s0", "s1", "s2", "s3")],
  body: (locals) => {
    const { get, set, advance } = locals;
    const [a, products] = [plus(get("a"), get("k")), plus(get("products"), get("k"))];
    const sums = ["s0", "s1", "s2", "s3"];
    return whileBelow(
      locals,
      "slot",
      get("slots"),
      8,
      ...sums.map((s) => set(s, zeros)),
      set("k", number(0)),
      whileBelow(
        locals,
        "k",
        [...get("triangle"), 0x41, 0x40, 0x71],
        32,
        ...sums.map((s, i) => set(s, sum(get(s), product(load(a, 16 * i), load(products, 16 * i))))),
        advance("k", number(32)),
      ),
      whileBelow(
        locals,
        "k",
        get("triangle"),
        8,
        set("s0", sum(get("s0"), product(loadOne(a), loadOne(products)))),
      ),
      set("s0", sum(sum(get("s0"), get("s1")), sum(get("s2"), get("s3")))),
      storeF64(plus(get("out"), get("slot")), lanesAdded(get("s0"))),
      advance("a", get("triangle")),
    );
  },
};

/** `u = A x`: each number of the triangle counts for its row and for its column. */
const times: WasmFunction = {
  name: "times",
  parameters: integers("a", "x", "u", "row"),
  locals: [...integers("i", "j"), ...registers("xi", "sum", "numbers")],
  body: (locals) => {
    const { get, set, advance } = locals;
    const [a, x, u] = ["a", "x", "u"].map((name) => plus(get(name), get("j")));
    const once = (read: typeof loadOne, write: typeof storeOne): Code => [
      ...set("numbers", read(a)),
      ...set("sum", sum(get("sum"), product(get("numbers"), read(x)))),
      ...write(u, sum(read(u), product(get("numbers"), get("xi")))),
    ];
    return whileBelow(
      locals,
      "i",
      get("row"),
      8,
      set("xi", splat(f64(plus(get("x"), get("i"))))),
      set("sum", zeros),
      set("j", number(0)),
      whileBelow(locals, "j", wholePairs(get("i")), 16, once(load, store)),
      when(isOdd(get("i")), once(loadOne, storeOne)),
      storeF64(plus(get("u"), get("i")), [
        ...lanesAdded(get("sum")),
        ...[...f64(plus(get("a"), get("i"))), ...f64(plus(get("x"), get("i"))), timesF64],
        plusF64,
      ]),
      advance("a", plus(get("i"), number(8))),
    );
  },
};

/** `A -= u u^T / scale`. */
const subtract: WasmFunction = {
  name: "subtract",
  parameters: [...integers("a", "u", "row"), ["scale", "f64"]],
  locals: [...integers("i", "j", "next"), ...registers("factor")],
  body: (locals) => {
    const { get, set, advance } = locals;
    const [a, u] = ["a", "u"].map((name) => plus(get(name), get("j")));
    const once = (read: typeof loadOne, write: typeof storeOne): Code =>
      write(a, difference(read(a), product(get("factor"), read(u))));
    return whileBelow(
      locals,
      "i",
      get("row"),
      8,
      set("factor", splat([...f64(plus(get("u"), get("i"))), ...get("scale"), dividedF64])),
      set("next", plus(get("i"), number(8))),
      set("j", number(0)),
      whileBelow(locals, "j", wholePairs(get("next")), 16, once(load, store)),
      when(isOdd(get("next")), once(loadOne, storeOne)),
      advance("a", get("next")),
    );
  },
};

const functions = [squares, forms, times, subtract];
