import { grad, lax, numpy as np } from "@jax-js/jax";
import { type Case, filled, type Values } from "./conformance.ts";
import { special } from "./elementwise.fixture.ts";
import type { DType } from "./rule.ts";

const all = ["float32", "float64", "int32", "uint32", "bool"] as const;
const floats = ["float32", "float64"] as const;

type Movement = [
  name: string,
  f: (x: np.Array) => np.Array | np.Array[],
  shapes: readonly (readonly number[])[],
];
const movements: readonly Movement[] = [
  ["transpose", (x) => np.transpose(x), [[], [3], [2, 3], [1, 3, 2], [0, 3]]],
  [
    "transpose twice, then flat",
    (x) => x.transpose([1, 2, 0]).transpose([0, 2, 1]).reshape([-1]),
    [[2, 3, 4]],
  ],
  ["broadcast", (x) => np.broadcastTo(x, [2, 4, 3]), [[], [1], [3], [4, 1], [1, 1, 3], [2, 4, 3]]],
  ["broadcast, then flat", (x) => np.broadcastTo(x, [2, 4, 3]).reshape([-1]), [[], [3], [4, 1], [2, 1, 1]]],
  ["broadcast to no elements", (x) => np.broadcastTo(x, [0, 3]), [[], [3], [1, 1]]],
  ["reshape", (x) => x.reshape([3, 4, 1, 2]), [[24], [2, 12], [4, 3, 2], [1, 24, 1]]],
  ["reshape to a scalar", (x) => x.reshape([]), [[1], [1, 1]]],
  ["reshape without elements", (x) => x.reshape([4, 0, 2]), [[0], [0, 3], [2, 0, 1]]],
  ["flip", (x) => np.flip(x), [[], [1], [4], [2, 3], [0, 2], [2, 1, 3]]],
  ["flip along axis 0", (x) => np.flip(x, 0), [[4], [2, 3], [1, 3], [0, 2]]],
  ["flip of a transpose", (x) => np.flip(x.transpose(), 0), [[2, 3]]],
  ["slice", (x) => x.slice([1, 3]), [[3], [4, 2], [4, 0], [3, 1]]],
  ["slice to nothing", (x) => x.slice([1, 1]), [[3], [4, 2]]],
  ["slice to one", (x) => x.slice(-1), [[3], [4, 2], [1, 2]]],
  ["slice of a broadcast", (x) => np.broadcastTo(x, [4, 5]).slice([1, 3], [2, 4]), [[], [5], [4, 1]]],
  [
    "slice of a transpose",
    (x) => x.transpose().slice([1, 3], null, [0, 1]),
    [
      [2, 3],
      [2, 4],
    ],
  ],
  ["pad", (x) => np.pad(x, [[1, 2]]), [[], [1], [3], [2, 3], [0], [0, 2], [2, 1, 3]]],
  [
    "pad of a broadcast",
    (x) =>
      np.pad(np.broadcastTo(x, [2, 3]), [
        [0, 1],
        [2, 0],
      ]),
    [[], [3], [2, 1]],
  ],
  [
    "pad of a transpose",
    (x) =>
      np.pad(x.transpose(), [
        [1, 0],
        [0, 2],
      ]),
    [[2, 3]],
  ],
  ["split", (x) => np.split(x, [1, 3]), [[4], [5, 2], [3, 0], [3]]],
  [
    "split along axis 1",
    (x) => np.split(x, 2, 1),
    [
      [3, 4],
      [1, 2],
      [0, 2],
    ],
  ],
  ["split of a broadcast", (x) => np.split(np.broadcastTo(x, [4, 3]), [1], 0), [[], [3], [4, 1]]],
  [
    "split of a broadcast, with another axis of size one that is repeated afterwards",
    (x) => np.split(np.broadcastTo(x, [4, 1]), [1], 0).map((part) => part.add(np.array([1, 2]))),
    [[1], [1, 1], []],
  ],
  ["concatenate", (x) => np.concatenate([x.ref, x.ref, x]), [[1], [3], [2, 3], [0], [0, 2], [2, 0]]],
  [
    "concatenate along axis 1",
    (x) => np.concatenate([x.ref, x], 1),
    [
      [2, 3],
      [2, 1],
      [0, 1],
      [2, 0],
    ],
  ],
  ["stack with a slice", (x) => np.stack([x.ref.slice([0, 2]), x.slice([1])]), [[3], [3, 2]]],
  [
    "repeat and tile",
    (x) => np.tile(np.repeat(x, 2, 0), [2, 1]),
    [
      [2, 3],
      [1, 1],
    ],
  ],
  [
    "diagonal",
    (x) => x.diagonal(1),
    [
      [3, 4],
      [2, 2],
    ],
  ],
  ["roll", (x) => np.roll(x, 2, 0), [[5], [3, 2], [1]]],
];

/** Functions of parts, whose gradients are sums of padded values. */
const partGradients: readonly Case[] = floats.flatMap((dtype) =>
  [
    (x: np.Array) =>
      np
        .split(x, [2, 3])
        .map((part, i) =>
          part.ref
            .mul(i + 1)
            .mul(part)
            .sum(),
        )
        .reduce(np.add),
    (x: np.Array) =>
      np
        .flip(np.concatenate([x.ref, x.ref.mul(2), x]))
        .slice([3, 8])
        .mul(3)
        .sum(),
    (x: np.Array) =>
      np
        .pad(x.ref.mul(x), [[1, 2]])
        .slice([2, 6])
        .sum(),
  ].map(
    (f, i): Case => ({
      name: `gradient ${i} of parts of ${dtype}`,
      f: (x) => grad(f)(x),
      args: [filled(dtype, [5])],
      relative: 1e-6,
    }),
  ),
);

/** Positions in an axis. */
const at = (shape: readonly number[], size: number, dtype: DType = "int32"): Values => ({
  ...filled("int32", shape, 5),
  dtype,
  data: filled("int32", shape, 5).data.map((x) => Math.abs(x) % size),
});

type Indexing = [name: string, f: Case["f"], shape: readonly number[], index: readonly Values[]];
const indexings: readonly Indexing[] = [
  ["take", (x, i) => np.take(x, i, 0), [5], [at([7], 5)]],
  ["take one", (x, i) => np.take(x, i, 0), [5, 2], [at([], 5)]],
  ["take by unsigned positions", (x, i) => np.take(x, i, 0), [5, 2], [at([4], 5, "uint32")]],
  ["take along axis 1", (x, i) => np.take(x, i, 1), [3, 5, 2], [at([4], 5)]],
  ["take along axis 1 at a matrix", (x, i) => np.take(x, i, 1), [3, 5, 2], [at([2, 3], 5)]],
  ["take along the last axis", (x, i) => np.take(x, i, 2), [3, 1, 5], [at([2, 1], 5)]],
  ["take from one", (x, i) => np.take(x, i, 0), [1, 3], [at([4], 1)]],
  ["take from flat", (x, i) => np.take(x, i), [3, 4], [at([5], 12)]],
  ["take nothing", (x, i) => np.take(x, i, 0), [5, 2], [at([0], 5)]],
  ["take nothing from nothing", (x, i) => np.take(x, i, 0), [0, 2], [at([0, 3], 5)]],
  ["take of rows without elements", (x, i) => np.take(x, i, 0), [3, 0], [at([2], 3)]],
  ["take from a transpose", (x, i) => np.take(x.transpose(), i, 0), [3, 5], [at([4], 5)]],
  ["take at a transpose", (x, i) => np.take(x, i.transpose(), 1), [3, 5], [at([2, 3], 5)]],
  ["take at repeated positions", (x, i) => np.take(x, np.broadcastTo(i, [2, 4]), 1), [3, 5], [at([4], 5)]],
  ["take from a broadcast", (x, i) => np.take(np.broadcastTo(x, [6, 5]), i, 0), [5], [at([3], 6)]],
  ["take from a broadcast's own axis", (x, i) => np.take(np.broadcastTo(x, [6, 5]), i, 1), [5], [at([3], 5)]],
  ["slice by two", (x, i, j) => x.slice(i, j), [4, 5], [at([3], 4), at([3], 5)]],
  ["slice by two of unequal shapes", (x, i, j) => x.slice(i, j), [4, 5, 2], [at([3, 1], 4), at([2], 5)]],
  ["slice by two apart", (x, i, j) => x.slice(i, [], j), [4, 2, 5], [at([3], 4), at([3], 5)]],
  ["slice by the last two", (x, i, j) => x.slice([], i, j), [2, 4, 5], [at([3], 4), at([1], 5)]],
  ["slice by three", (x, i, j, k) => x.slice(i, j, k), [2, 4, 5], [at([2, 2], 2), at([2], 4), at([], 5)]],
  [
    "slice by two of a broadcast",
    (x, i, j) => np.broadcastTo(x, [3, 4, 5]).slice(i, [], j),
    [4, 1],
    [at([3], 3), at([3], 5)],
  ],
  [
    "slice by three of a broadcast",
    (x, i, j, k) => np.broadcastTo(x, [4, 3, 5]).slice(i, j, k),
    [4, 1, 5],
    [at([2], 4), at([2], 3), at([2], 5)],
  ],
  ["slice by two without elements", (x, i, j) => x.slice(i, j), [4, 5], [at([0], 4), at([0], 5)]],
  ["takeAlongAxis", (x, i) => np.takeAlongAxis(x, i, 1), [3, 5], [at([3, 2], 5)]],
  ["takeAlongAxis 0", (x, i) => np.takeAlongAxis(x, i, 0), [3, 5], [at([4, 5], 3)]],
];

const gatherCases: readonly Case[] = indexings.flatMap(([name, f, shape, index]) =>
  all.map((dtype): Case => ({ name: `${name} of ${dtype}`, f, args: [filled(dtype, shape), ...index] })),
);

/** Gradients of reading at positions write at positions; all at once they are sums. */
const scatterCases: readonly Case[] = indexings.flatMap(([name, f, shape, index]) =>
  floats.map(
    (dtype): Case => ({
      name: `gradient of ${name} of ${dtype}`,
      f: (x, ...at) =>
        grad((x: np.Array) => {
          const taken = f(x, ...at.map((i) => i.ref)) as np.Array;
          const weights = np.arange(taken.size).reshape(taken.shape).add(1).astype(np[dtype]);
          return taken.mul(weights).sum();
        })(x),
      args: [filled(dtype, shape), ...index],
      relative: 1e-6,
    }),
  ),
);

/** Positions outside: what would be written there is left out. */
const outside: readonly Case[] = floats.map(
  (dtype): Case => ({
    name: `gradient of take of ${dtype} at positions outside`,
    f: (x, i, w) => grad((x: np.Array) => np.take(x, i.ref, 0).mul(w.ref).sum())(x),
    args: [
      filled(dtype, [4, 2]),
      { dtype: "int32", shape: [5], data: [0, -1, 3, 4, 100] },
      filled(dtype, [5, 2], 2),
    ],
    relative: 1e-6,
  }),
);

const sortings: readonly [name: string, f: Case["f"]][] = [
  ["sort", (x) => np.sort(x)],
  ["argsort", (x) => np.argsort(x)],
];
const sortShapes = [[1], [9], [3, 7], [2, 1, 5], [4, 1], [0], [3, 0], [0, 3]];
const ties: Readonly<Record<DType, readonly number[]>> = {
  float32: [2, Number.NaN, 1, 2, Infinity, 1, Number.NaN, -Infinity, Infinity, 0.5, 2],
  float64: [2, Number.NaN, 1, 2, Infinity, 1, Number.NaN, -Infinity, Infinity, 0.5, 2],
  int32: [3, 1, 3, -2, 1, 1, -2, 3],
  uint32: [3, 1, 3, 2 ** 31, 1, 1, 2 ** 32 - 1, 3, 2 ** 31],
  bool: [1, 0, 1, 1, 0, 0, 1],
};
const sortCases: readonly Case[] = sortings.flatMap(([name, f]) =>
  all.flatMap((dtype): Case[] => [
    ...sortShapes.map(
      (shape): Case => ({ name: `${name} of ${dtype} [${shape}]`, f, args: [filled(dtype, shape)] }),
    ),
    {
      name: `${name} of ${dtype} with ties`,
      f,
      args: [{ dtype, shape: [ties[dtype].length], data: ties[dtype] }],
    },
    {
      name: `${name} of special ${dtype}`,
      f,
      args: [
        {
          dtype,
          shape: [2, special[dtype].length],
          data: [...special[dtype], ...special[dtype].toReversed()],
        },
      ],
    },
    {
      name: `${name} of ${dtype} along axis 0 of a transpose`,
      f: (x) => (name === "sort" ? np.sort(x.transpose(), 0) : np.argsort(x.transpose(), 0)),
      args: [filled(dtype, [3, 7])],
    },
  ]),
);
const rankings: readonly Case[] = floats.flatMap((dtype): Case[] => [
  { name: `topK of ${dtype}`, f: (x) => lax.topK(x, 3), args: [filled(dtype, [4, 9])] },
  {
    name: `gradient of a sorted sum of ${dtype}`,
    f: (x) => grad((x: np.Array) => np.sort(x).mul(np.arange(6).astype(np[dtype])).sum())(x),
    args: [filled(dtype, [2, 6])],
    relative: 1e-6,
  },
]);

export const movementCases: readonly Case[] = [
  ...movements.flatMap(([name, f, shapes]) =>
    shapes.flatMap((shape) =>
      all.map((dtype): Case => ({ name: `${name} of ${dtype} [${shape}]`, f, args: [filled(dtype, shape)] })),
    ),
  ),
  ...partGradients,
  ...gatherCases,
  ...scatterCases,
  ...outside,
  ...sortCases,
  ...rankings,
];
