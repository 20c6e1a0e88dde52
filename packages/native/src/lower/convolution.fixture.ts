import { grad, lax, numpy as np, vmap } from "@jax-js/jax";
import { type Case, filled } from "./conformance.ts";
import type { DType } from "./rule.ts";

const floats = ["float32", "float64"] as const;
const error = (dtype: DType): number => (dtype === "float32" ? 4e-6 : dtype === "float64" ? 1e-14 : 0);

interface Setting {
  x: readonly number[];
  k: readonly number[];
  strides: number[];
  padding: [number, number][];
  lhsDilation?: number[];
  rhsDilation?: number[];
  featureGroupCount?: number;
}

/** A setting; of its padding, the numbers before and behind each axis. */
const of = (
  x: readonly number[],
  k: readonly number[],
  strides: number[],
  padding: readonly number[],
  more: Pick<Setting, "lhsDilation" | "rhsDilation" | "featureGroupCount"> = {},
): Setting => ({
  x,
  k,
  strides,
  padding: strides.map((_, i) => [padding[2 * i], padding[2 * i + 1]]),
  ...more,
});

const settings: Readonly<Record<string, Setting>> = {
  "of lines": of([2, 3, 8], [4, 3, 3], [1], [0, 0]),
  "of images": of([2, 3, 6, 5], [4, 3, 3, 2], [1, 1], [0, 0, 0, 0]),
  "of volumes": of([1, 2, 4, 3, 4], [2, 2, 2, 2, 3], [1, 2, 1], [0, 1, 1, 0, 0, 0]),
  "over no axis": of([4, 3], [5, 3], [], []),
  "of one pixel": of([1, 1, 1, 1], [1, 1, 1, 1], [1, 1], [0, 0, 0, 0]),
  "with kernels of one": of([2, 3, 4, 4], [5, 3, 1, 1], [1, 1], [0, 0, 0, 0]),
  "with strides and padding": of([2, 2, 7, 6], [3, 2, 3, 3], [2, 3], [1, 2, 0, 1]),
  "with strides as wide as the kernel": of([2, 2, 6, 7], [3, 2, 2, 3], [2, 3], [0, 0, 0, 0]),
  "with strides wider than the kernel": of([2, 2, 7], [3, 2, 2], [3], [0, 0]),
  "with negative padding": of([2, 2, 7, 6], [3, 2, 2, 2], [1, 2], [-1, 2, -2, -1]),
  "with dilated kernels": of([2, 2, 9, 8], [3, 2, 3, 2], [1, 2], [1, 1, 0, 0], { rhsDilation: [2, 3] }),
  "with dilated images": of([2, 2, 3, 4], [3, 2, 3, 3], [1, 1], [2, 2, 1, 2], { lhsDilation: [2, 3] }),
  "with all of it": of([2, 2, 5, 4], [3, 2, 2, 3], [2, 1], [-1, 2, 3, -2], {
    lhsDilation: [2, 3],
    rhsDilation: [3, 2],
  }),
  "in groups": of([2, 4, 5, 5], [6, 2, 3, 3], [1, 2], [1, 1, 1, 1], { featureGroupCount: 2 }),
  "channel by channel": of([2, 3, 6], [3, 1, 3], [1], [1, 1], { featureGroupCount: 3 }),
  "of no images": of([0, 2, 5, 5], [3, 2, 3, 3], [1, 1], [0, 0, 0, 0]),
  "to no channels": of([2, 2, 5], [0, 2, 3], [1], [0, 0]),
  "of no channels": of([2, 0, 5], [3, 0, 3], [1], [1, 1]),
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

const flat = convolve(of([], [], [2, 1], [1, 0, 0, 1], { rhsDilation: [1, 2] }));
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
