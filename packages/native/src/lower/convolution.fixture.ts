import { grad, lax, numpy as np, vmap } from "@jax-js/jax";
import { type Case, filled } from "./conformance.ts";
import type { DType } from "./rule.ts";

const floats = ["float32", "float64"] as const;
const error = (dtype: DType): number => (dtype === "float32" ? 4e-6 : dtype === "float64" ? 1e-14 : 0);

const none: [number, number] = [0, 0];

interface Setting {
  x: readonly number[];
  k: readonly number[];
  strides: number[];
  padding: [number, number][];
  lhsDilation?: number[];
  rhsDilation?: number[];
  featureGroupCount?: number;
}

const settings: Readonly<Record<string, Setting>> = {
  "of lines": { x: [2, 3, 8], k: [4, 3, 3], strides: [1], padding: [[0, 0]] },
  "of images": { x: [2, 3, 6, 5], k: [4, 3, 3, 2], strides: [1, 1], padding: [none, none] },
  "of volumes": {
    x: [1, 2, 4, 3, 4],
    k: [2, 2, 2, 2, 3],
    strides: [1, 2, 1],
    padding: [
      [0, 1],
      [1, 0],
      [0, 0],
    ],
  },
  "over no axis": { x: [4, 3], k: [5, 3], strides: [], padding: [] },
  "of one pixel": { x: [1, 1, 1, 1], k: [1, 1, 1, 1], strides: [1, 1], padding: [none, none] },
  "with kernels of one": { x: [2, 3, 4, 4], k: [5, 3, 1, 1], strides: [1, 1], padding: [none, none] },
  "with strides and padding": {
    x: [2, 2, 7, 6],
    k: [3, 2, 3, 3],
    strides: [2, 3],
    padding: [
      [1, 2],
      [0, 1],
    ],
  },
  "with strides as wide as the kernel": {
    x: [2, 2, 6, 7],
    k: [3, 2, 2, 3],
    strides: [2, 3],
    padding: [none, none],
  },
  "with strides wider than the kernel": { x: [2, 2, 7], k: [3, 2, 2], strides: [3], padding: [[0, 0]] },
  "with negative padding": {
    x: [2, 2, 7, 6],
    k: [3, 2, 2, 2],
    strides: [1, 2],
    padding: [
      [-1, 2],
      [-2, -1],
    ],
  },
  "with dilated kernels": {
    x: [2, 2, 9, 8],
    k: [3, 2, 3, 2],
    strides: [1, 2],
    padding: [
      [1, 1],
      [0, 0],
    ],
    rhsDilation: [2, 3],
  },
  "with dilated images": {
    x: [2, 2, 3, 4],
    k: [3, 2, 3, 3],
    strides: [1, 1],
    padding: [
      [2, 2],
      [1, 2],
    ],
    lhsDilation: [2, 3],
  },
  "with all of it": {
    x: [2, 2, 5, 4],
    k: [3, 2, 2, 3],
    strides: [2, 1],
    padding: [
      [-1, 2],
      [3, -2],
    ],
    lhsDilation: [2, 3],
    rhsDilation: [3, 2],
  },
  "in groups": {
    x: [2, 4, 5, 5],
    k: [6, 2, 3, 3],
    strides: [1, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
    featureGroupCount: 2,
  },
  "channel by channel": { x: [2, 3, 6], k: [3, 1, 3], strides: [1], padding: [[1, 1]], featureGroupCount: 3 },
  "of no images": { x: [0, 2, 5, 5], k: [3, 2, 3, 3], strides: [1, 1], padding: [none, none] },
  "to no channels": { x: [2, 2, 5], k: [0, 2, 3], strides: [1], padding: [[0, 0]] },
  "of no channels": { x: [2, 0, 5], k: [3, 0, 3], strides: [1], padding: [[1, 1]] },
};

const convolve =
  ({ strides, padding, lhsDilation, rhsDilation, featureGroupCount }: Setting) =>
  (x: np.Array, k: np.Array): np.Array =>
    lax.convGeneralDilated(x, k, strides, padding, {
      ...(lhsDilation && { lhsDilation }),
      ...(rhsDilation && { rhsDilation }),
      ...(featureGroupCount && { featureGroupCount }),
    });

const convCases: readonly Case[] = Object.entries(settings).flatMap(([name, setting]) => {
  const f = convolve(setting);
  return [
    ...([...floats, "int32"] as const).map(
      (dtype): Case => ({
        name: `convolution ${name} of ${dtype}`,
        f,
        args: [filled(dtype, setting.x), filled(dtype, setting.k, 2)],
        relative: error(dtype),
        absolute: error(dtype),
      }),
    ),
    ...floats.map(
      (dtype): Case => ({
        name: `gradients of convolution ${name} of ${dtype}`,
        f: (x, k) => grad((x: np.Array, k: np.Array) => np.square(f(x, k)).sum(), { argnums: [0, 1] })(x, k),
        args: [filled(dtype, setting.x), filled(dtype, setting.k, 2)],
        relative: 10 * error(dtype),
        absolute: 10 * error(dtype),
      }),
    ),
  ];
});

const flat = convolve({
  x: [],
  k: [],
  strides: [2, 1],
  padding: [
    [1, 0],
    [0, 1],
  ],
  rhsDilation: [1, 2],
});
const mapped: readonly Case[] = floats.flatMap((dtype): Case[] =>
  (
    [
      ["both operands", [0, 0], [3, 2, 2, 5, 4], [3, 4, 2, 2, 2]],
      ["images", [0, null], [3, 2, 2, 5, 4], [4, 2, 2, 2]],
      ["kernels", [null, 0], [2, 2, 5, 4], [3, 4, 2, 2, 2]],
      ["one of each", [0, 0], [1, 2, 2, 5, 4], [1, 4, 2, 2, 2]],
    ] as const
  ).map(
    ([name, axes, x, k]): Case => ({
      name: `convolution mapped over ${name} of ${dtype}`,
      f: (x, k) => vmap(flat, [...axes])(x, k),
      args: [filled(dtype, x), filled(dtype, k, 2)],
      relative: error(dtype),
      absolute: error(dtype),
    }),
  ),
);

const pools: readonly [window: number[], strides: number[], shape: readonly number[]][] = [
  [[2], [2], [6]],
  [[2], [2], [3, 7]],
  [[3], [1], [2, 8]],
  [[3], [2], [2, 8]],
  [[2], [3], [2, 9]],
  [[1], [1], [4]],
  [[4], [1], [4]],
  [
    [2, 2],
    [2, 2],
    [2, 3, 6, 4],
  ],
  [
    [3, 2],
    [2, 1],
    [2, 7, 5],
  ],
  [
    [2, 3],
    [1, 3],
    [1, 5, 6],
  ],
  [
    [2, 2],
    [1, 1],
    [0, 4, 4],
  ],
  [
    [1, 3, 2],
    [1, 2, 2],
    [3, 7, 4],
  ],
];
const poolCases: readonly Case[] = pools.flatMap(([window, strides, shape]) =>
  Object.entries({ max: np.max, sum: np.sum }).flatMap(([name, reduce]) => {
    const f = (x: np.Array): np.Array => lax.reduceWindow(x, (w) => reduce(w), window, strides);
    return floats.flatMap((dtype): Case[] => {
      const what = `${name} over windows [${window}] ${strides} apart of ${dtype} [${shape}]`;
      const args = [filled(dtype, shape)];
      return [
        { name: what, f, args, relative: error(dtype), absolute: error(dtype) },
        {
          name: `gradient of ${what}`,
          f: (x) => grad((x: np.Array) => np.square(f(x)).sum())(x),
          args,
          relative: 10 * error(dtype),
          absolute: 10 * error(dtype),
        },
      ];
    });
  }),
);

export const convolutionCases: readonly Case[] = [...convCases, ...mapped, ...poolCases];
