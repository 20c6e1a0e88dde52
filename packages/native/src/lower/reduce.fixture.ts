import { numpy as np } from "@jax-js/jax";
import { type Case, filled, type Values } from "./conformance.ts";
import { special } from "./elementwise.fixture.ts";
import type { DType } from "./rule.ts";

const floats = ["float32", "float64"] as const;
const all = [...floats, "int32", "uint32", "bool"] as const;

const reductions = { sum: np.sum, prod: np.prod, min: np.min, max: np.max } as const;

const error = (dtype: DType): number => (dtype === "float32" ? 2e-6 : dtype === "float64" ? 1e-14 : 0);

/** Whole numbers whose products stay exact. */
const small = (dtype: DType, shape: readonly number[], seed = 1): Values => {
  const values = filled(dtype, shape, seed);
  return dtype === "bool" || dtype.startsWith("float")
    ? values
    : { ...values, data: values.data.map((x) => x % 7) };
};

const shapes: readonly [shape: readonly number[], axes: readonly (number[] | null)[]][] = [
  [[], [null]],
  [[7], [null, [0]]],
  [
    [3, 20],
    [[0], [1], [0, 1]],
  ],
  [
    [20, 3],
    [[0], [1]],
  ],
  [
    [2, 3, 4, 5],
    [[0], [1], [3], [0, 2], [1, 3], [0, 3], [1, 2]],
  ],
  [
    [1, 4, 1],
    [[0], [1], [0, 2], null],
  ],
  [[0], [null]],
  [
    [3, 0],
    [[0], [1], null],
  ],
  [
    [0, 1, 2],
    [[0], [1], [2]],
  ],
];

const reduceCases: readonly Case[] = Object.entries(reductions).flatMap(([name, f]) => [
  ...all.flatMap((dtype) =>
    shapes.flatMap(([shape, axes]) =>
      axes.map(
        (axis): Case => ({
          name: `${name} of ${dtype} [${shape}] along ${axis}`,
          f: (x) => f(x, axis),
          args: [small(dtype, shape)],
          relative: error(dtype),
          absolute: error(dtype),
        }),
      ),
    ),
  ),
  ...all.flatMap((dtype): Case[] => [
    {
      name: `${name} of ${dtype} along a repeated axis`,
      f: (x) => f(np.broadcastTo(x, [3, 4, 5]), [0, 2]),
      args: [small(dtype, [4, 1])],
      relative: error(dtype),
    },
    {
      name: `${name} of ${dtype}, transposed`,
      f: (x) => f(np.transpose(x, [2, 0, 1]), 1),
      args: [small(dtype, [2, 3, 4])],
      relative: error(dtype),
      absolute: error(dtype),
    },
  ]),
]);

/** One NaN at each place in turn, and infinities: along rows and down columns, short and long. */
const nanCases: readonly Case[] = floats.flatMap((dtype) =>
  [3, 8, 37].flatMap((n) =>
    Object.entries(reductions).flatMap(([name, f]) =>
      [0, 1].map((axis): Case => {
        const data = filled(dtype, [n, n]).data.map((x, i) =>
          i % (n + 1) === 0 ? Number.NaN : i % 7 === 3 ? -Infinity : x,
        );
        return {
          name: `${name} of ${dtype} [${n},${n}] with NaN along ${axis}`,
          f: (x) => f(x, axis),
          args: [{ dtype, shape: [n, n], data }],
          relative: error(dtype),
          absolute: 10 * error(dtype),
        };
      }),
    ),
  ),
);

const extremes: readonly Case[] = (["int32", "uint32"] as const).flatMap((dtype) =>
  (["min", "max", "sum"] as const).map(
    (name): Case => ({
      name: `${name} of ${dtype} at the ends of its range`,
      f: (x) => reductions[name](np.concatenate([x.ref.reshape([1, -1]), np.flip(x).reshape([1, -1])]), 0),
      args: [{ dtype, shape: [special[dtype].length], data: special[dtype] }],
    }),
  ),
);

/** Products far beyond the range, along axes of even and odd sizes, which wrap around. */
const wrapping: readonly Case[] = (["int32", "uint32"] as const).flatMap((dtype): Case[] => {
  const data = Array.from({ length: 105 }, (_, i) => (dtype === "int32" && i % 2 ? -1 : 1) * (2 * i + 3));
  return [
    ...[[2], [1], [0, 2], [0, 1, 2]].map((axis) => ({
      name: `product of ${dtype} along ${axis} that wraps around`,
      f: (x: np.Array) => np.prod(x, axis),
      args: [{ dtype, shape: [3, 5, 7], data }],
    })),
    ...[2, 40, 105].map((n) => ({
      name: `product of ${dtype} along a repeated axis of ${n} that wraps around`,
      f: (x: np.Array) => np.prod(np.broadcastTo(x, [n, 7]), 0),
      args: [{ dtype, shape: [7], data: data.slice(0, 7) }],
    })),
  ];
});

/** Operands, and an expression over their axes. */
const products: readonly [string, readonly number[], readonly number[]][] = [
  ["k,k->", [5], [5]],
  ["k,k->", [1], [1]],
  ["k,k->", [0], [0]],
  ["mk,kn->mn", [3, 4], [4, 5]],
  ["mk,nk->mn", [3, 4], [5, 4]],
  ["km,kn->mn", [4, 3], [4, 5]],
  ["km,nk->nm", [4, 3], [5, 4]],
  ["mk,kn->nm", [3, 4], [4, 5]],
  ["mk,kn->mn", [1, 4], [4, 5]],
  ["mk,kn->mn", [3, 1], [1, 5]],
  ["mk,kn->mn", [3, 0], [0, 5]],
  ["mk,kn->mn", [0, 4], [4, 5]],
  ["mk,kn->mn", [3, 4], [4, 0]],
  ["bmk,bkn->bmn", [2, 3, 4], [2, 4, 5]],
  ["bkm,bnk->bmn", [2, 4, 3], [2, 5, 4]],
  ["mbk,nkb->bmn", [3, 2, 4], [5, 4, 2]],
  ["abmk,abkn->abmn", [2, 1, 3, 4], [2, 1, 4, 5]],
  ["abmk,bakn->manb", [2, 3, 3, 4], [3, 2, 4, 5]],
  ["mpk,knq->mpnq", [2, 3, 4], [4, 5, 2]],
  ["mpk,knq->nmqp", [2, 3, 4], [4, 5, 2]],
  ["kml,lnk->mn", [4, 3, 2], [2, 5, 4]],
  ["mk,k->m", [3, 4], [4]],
  ["k,kn->n", [4], [4, 5]],
  ["bk,bk->b", [3, 4], [3, 4]],
  ["m,n->mn", [3], [5]],
  ["mj,n->mn", [3, 2], [5]],
  ["bmj,bn->bmn", [2, 3, 2], [2, 5]],
  ["mjk,k->m", [3, 2, 4], [4]],
];

const dotCases: readonly Case[] = [
  ...all.flatMap((dtype) =>
    products.map(
      ([expression, a, b]): Case => ({
        name: `einsum ${expression} of ${dtype} [${a}] and [${b}]`,
        f: (x, y) => np.einsum(expression, x, y),
        args: [small(dtype, a), small(dtype, b, 2)],
        relative: error(dtype),
        absolute: 2 * error(dtype),
      }),
    ),
  ),
  ...floats.flatMap((dtype): Case[] => [
    {
      name: `product of ${dtype} with an operand repeated along the summed axis`,
      f: (x, y) => np.matmul(np.broadcastTo(x, [3, 4]), y),
      args: [filled(dtype, [3, 1]), filled(dtype, [4, 5])],
      relative: error(dtype),
      absolute: error(dtype),
    },
    {
      name: `product of ${dtype} with both operands repeated along the summed axis`,
      f: (x, y) => np.matmul(np.broadcastTo(x, [3, 4]), np.broadcastTo(y, [4, 5])),
      args: [filled(dtype, [3, 1]), filled(dtype, [1, 5])],
      relative: error(dtype),
    },
    {
      name: `product of ${dtype} with NaN and infinities`,
      f: np.matmul,
      args: [
        { ...filled(dtype, [3, 4]), data: filled(dtype, [3, 4]).data.with(1, Number.NaN).with(6, Infinity) },
        filled(dtype, [4, 5]),
      ],
      relative: error(dtype),
      absolute: error(dtype),
    },
    {
      name: `negated ${dtype} in sums and products`,
      f: (x, y) => [
        x.ref.neg().mul(y.ref.neg()),
        np.matmul(x.ref.neg(), y.ref.transpose()).neg(),
        x.ref.sub(y.ref.neg()),
        x.neg().sub(y.ref).sum(1),
        np.exp(y.neg()),
      ],
      args: [filled(dtype, [3, 4]), filled(dtype, [3, 4], 2)],
      relative: error(dtype),
      absolute: error(dtype),
    },
  ]),
];

export const reduceFixtures: readonly Case[] = [
  ...reduceCases,
  ...nanCases,
  ...extremes,
  ...wrapping,
  ...dotCases,
];
