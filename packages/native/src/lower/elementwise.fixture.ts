import { lax, nn, numpy as np, scipySpecial } from "@jax-js/jax";
import { type Case, filled, type Values } from "./conformance.ts";
import type { DType } from "./rule.ts";

const small = [0, -0, 1, -1, 0.5, -0.5, 1.5, -2.5];
const aroundIntegers = [2 ** 31, -(2 ** 31), 2 ** 32, 3e9, -3e9];
const ends = [Infinity, -Infinity, Number.NaN];

/** Numbers of each type where something may go wrong. */
export const special: Readonly<Record<DType, readonly number[]>> = {
  float64: [
    small,
    [7.9, -7.9, 1e-300, 1e300, -1e300],
    aroundIntegers,
    [2 ** 53 + 2, 1e19, -1e19],
    ends,
  ].flat(),
  float32: [
    small,
    [7.75, -7.75, 2 ** -120, 2 ** 120, -(2 ** 120)],
    aroundIntegers,
    [2 ** 24 + 2, 2 ** 64, -(2 ** 64)],
    ends,
  ].flat(),
  int32: [0, 1, -1, 2, -2, 7, -7, 31, 32, 33, 64, 12345, -12345, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 1, 2, 7, 31, 32, 33, 64, 12345, 2 ** 31 - 1, 2 ** 31, 3e9, 2 ** 32 - 1],
  bool: [0, 1],
};

const floats = ["float32", "float64"] as const;
const integers = ["int32", "uint32"] as const;
const numbers = [...floats, ...integers] as const;
const all = [...numbers, "bool"] as const;

/** Special numbers along an axis of their own: every pair of such meets. */
const down = (dtype: DType): Values => ({ dtype, shape: [special[dtype].length, 1], data: special[dtype] });
const across = (dtype: DType): Values => ({ dtype, shape: [special[dtype].length], data: special[dtype] });

/** Those of the numbers that are smaller than a bound. */
function below({ dtype, shape, data }: Values, bound: number): Values {
  const small = data.filter((x) => Math.abs(x) < bound);
  return { dtype, shape: shape.map((size) => (size === 1 ? 1 : small.length)), data: small };
}

type Binary = (x: np.Array, y: np.Array) => np.Array;
const binary: Readonly<Record<string, [f: Binary, types: readonly DType[], relative?: number]>> = {
  add: [np.add, all],
  subtract: [(x, y) => x.sub(y), numbers],
  multiply: [np.multiply, [...floats, "bool"]],
  "divide (reciprocal)": [(x, y) => x.div(y), floats, 2 ** -23],
  "divide (idiv)": [(x, y) => x.div(y), integers],
  mod: [(x, y) => x.mod(y), numbers],
  minimum: [np.minimum, all],
  maximum: [np.maximum, all],
  less: [np.less, all],
  lessEqual: [np.lessEqual, all],
  greater: [np.greater, all],
  greaterEqual: [np.greaterEqual, all],
  equal: [np.equal, all],
  notEqual: [np.notEqual, all],
  bitwiseAnd: [np.bitwiseAnd, [...integers, "bool"]],
  bitwiseOr: [np.bitwiseOr, [...integers, "bool"]],
  bitwiseXor: [np.bitwiseXor, [...integers, "bool"]],
  leftShift: [np.leftShift, integers],
  rightShift: [np.rightShift, integers],
};
const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[], [3]],
  [[1], [1, 1]],
  [
    [3, 1, 2],
    [4, 1],
  ],
  [[2, 3], [3]],
  [
    [0, 3],
    [1, 3],
  ],
  [[0], []],
  [
    [2, 1],
    [2, 0],
  ],
];

const unary: Readonly<Record<string, [f: (x: np.Array) => np.Array, relative: number, absolute?: number]>> = {
  reciprocal: [np.reciprocal, 0],
  floor: [np.floor, 0],
  ceil: [np.ceil, 0],
  trunc: [np.trunc, 0],
  sqrt: [np.sqrt, 0],
  sin: [np.sin, 2e-7],
  cos: [np.cos, 2e-7],
  asin: [np.asin, 2e-7],
  atan: [np.atan, 2e-7],
  exp: [np.exp, 2e-7],
  log: [np.log, 2e-7],
  // The engine's own are approximations that are good to 1.5e-7.
  erf: [lax.erf, 0, 4e-7],
  erfc: [scipySpecial.erfc, 0, 4e-7],
};
/** Where the sine has digits left in float32. */
const angles = [0, -0, 1, -1, 0.5, 2 ** -20, 3, -7, 30, 100, -100];
/** Numbers of the inverse functions, over all magnitudes. */
const steps = [-1, -0.75, -(2 ** -20), 2 ** -30, 0.0625, 0.5, 0.9375, 1 - 2 ** -20, 1, 3, -40, 2 ** 30];

/** Operands of different types, and numbers of JavaScript, which take the type of what they meet. */
const mixed: readonly Case[] = [
  ...Object.entries({ add: np.add, less: np.less, equal: np.equal, maximum: np.maximum }).flatMap(
    ([name, f]) =>
      all.flatMap((a) =>
        all
          .filter((b) => a !== b)
          .map((b): Case => {
            // The cpu device does not round integers to float32.
            const small = a === "float32" || b === "float32" ? 2 ** 24 : Infinity;
            const args = [down(a), across(b)].map((x) => (x.dtype.endsWith("int32") ? below(x, small) : x));
            return { name: `${name} of ${a} and ${b}`, f, args };
          }),
      ),
  ),
  ...all.flatMap((dtype): Case[] =>
    [0.5, -1, 2.75, 1e10].flatMap((n) => [
      { name: `${dtype} + ${n}`, f: (x) => x.add(n), args: [across(dtype)] },
      { name: `${dtype} < ${n}`, f: (x) => x.less(n), args: [across(dtype)] },
      { name: `max(${dtype}, ${n})`, f: (x) => np.maximum(x, n), args: [across(dtype)] },
      { name: `where(b, ${n}, ${dtype})`, f: (x) => np.where(x.ref.equal(1), n, x), args: [across(dtype)] },
    ]),
  ),
];

export const elementwiseCases: readonly Case[] = [
  ...Object.entries(binary).flatMap(([name, [f, types, relative = 0]]) => [
    ...types.map(
      (dtype): Case => ({ name: `${name} of ${dtype}`, f, args: [down(dtype), across(dtype)], relative }),
    ),
    ...shapes.map(
      ([a, b]): Case => ({
        name: `${name} of shapes [${a}] and [${b}]`,
        f,
        args: [filled(types[0], a), filled(types[0], b, 2)],
        relative,
      }),
    ),
  ]),
  ...Object.entries(binary).map(
    ([name, [f, types]]): Case => ({
      name: `${name} of what is repeated no times`,
      f: (x, y) => f(x, y.sum(0, { keepdims: true })),
      args: [filled(types[0], [3, 1]), filled(types[0], [2, 0], 2)],
    }),
  ),
  ...Object.entries(unary).flatMap(([name, [f, relative, absolute = 0]]) =>
    floats.flatMap((dtype): Case[] => {
      const error = { relative: dtype === "float64" ? relative * 1e-8 : relative, absolute };
      const given = name === "sin" || name === "cos" ? angles : [...special[dtype], ...steps];
      return [
        { name: `${name} of ${dtype}`, f, args: [{ dtype, shape: [given.length], data: given }], ...error },
        { name: `${name} of ${dtype} [0,2]`, f, args: [filled(dtype, [0, 2])], ...error },
        { name: `${name} of ${dtype} []`, f, args: [filled(dtype, [])], ...error },
      ];
    }),
  ),
  ...numbers.map((dtype): Case => ({ name: `negative of ${dtype}`, f: np.negative, args: [across(dtype)] })),
  ...all.map(
    (dtype): Case => ({ name: `stopGradient of ${dtype}`, f: lax.stopGradient, args: [across(dtype)] }),
  ),
  ...all.flatMap((from) => all.map((to) => castCase(from, to))),
  ...all.flatMap((dtype): Case[] => [
    {
      name: `where of ${dtype}`,
      f: np.where,
      args: [filled("bool", [5, 1, 1]), down(dtype), across(dtype)],
    },
    {
      name: `where of ${dtype} and one column of it`,
      f: np.where,
      args: [filled("bool", [special[dtype].length, 3]), down(dtype), filled(dtype, [])],
    },
    {
      name: `where of ${dtype} and shapes [] and [2,3]`,
      f: np.where,
      args: [filled("bool", [3]), filled(dtype, []), filled(dtype, [2, 3])],
    },
    {
      name: `where of ${dtype} without elements`,
      f: np.where,
      args: [filled("bool", [2, 0]), filled(dtype, [1]), filled(dtype, [])],
    },
  ]),
  ...floats.map(
    (dtype): Case => ({
      name: `rectifier of ${dtype} and what it lets through of another`,
      f: (x, g) => [np.where(x.ref.lessEqual(0), 0, x.ref), np.where(x.lessEqual(0), 0, g)],
      args: [down(dtype), across(dtype)],
    }),
  ),
  ...floats.map(
    (dtype): Case => ({
      name: `rectifier of ${dtype}, NaN included`,
      f: (x) => nn.relu(np.concatenate([x.ref, x.ref, x])),
      args: [across(dtype)],
    }),
  ),
  ...integers.map(
    (dtype): Case => ({
      name: `bits set in ${dtype}`,
      f: (x) => np.bitwiseCount(x.view(np.uint32)),
      args: [across(dtype)],
    }),
  ),
  { name: "int32 seen as uint32", f: (x) => x.view(np.uint32), args: [across("int32")] },
  { name: "uint32 seen as int32", f: (x) => x.view(np.int32), args: [across("uint32")] },
  ...mixed,
];

/** NaN is left out for booleans: the engine's devices differ in it. */
function castCase(from: DType, to: DType): Case {
  const data = special[from].filter((x) => to !== "bool" || !Number.isNaN(x));
  const args = [{ dtype: from, shape: [data.length], data }];
  return { name: `${from} as ${to}`, f: (x) => x.astype(np[to]), args };
}
