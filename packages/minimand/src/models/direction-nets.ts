import { numpy as np, random } from "@jax-js/jax";
import { rangeError } from "../engine/checks.ts";
import { relu } from "../engine/numerics.ts";
import { readOptions } from "../engine/options.ts";
import type { Tree } from "../engine/tree.ts";
import { conv2d } from "./layers/conv2d.ts";
import { checkInput, type Layer, plainLayer } from "./layers/layer.ts";
import { avgPool } from "./layers/pooling.ts";
import { upsample } from "./layers/upsample.ts";

/** Of {@link dcdmNet2d} and {@link dcdmUNet2d}. */
export interface DirectionNetOptions {
  /** Default 8. */
  channels?: number;
}

/**
 * The network of the deep conjugate direction method in the plane: from a residual of norm 1 to a direction like `A^-1 r`.
 *
 * With C of 3 x 3 convolutions with zeros beyond the border and R of relu: `x = C r`; `a = R C x`; `b = R C a`; `a = R C b + a`;
 * `b = R C a`; `p` the mean of b on 2 x 2 cells; three times `p = R C (R C p) + p`; `u = p` repeated on 2 x 2 cells, `+ b`; two
 * times `u = R C (R C u) + u`; a linear 1 x 1 convolution to one channel. The paper's has 3 x 3 x 3 convolutions.
 *
 * Kernels start uniform with variance `2 / (fan-in + fan-out)` (Glorot), biases at zero. With c channels it has
 * `9 c + c + 14 (9 c^2 + c) + c + 1` parameters.
 *
 * @param options channels
 * @returns a model from `[batch, height, width, 1]`, height and width even, to the same shape
 * @throws RangeError for channels that are no integer >= 1, and from `apply` for another shape
 * @example
 * const net = dcdmNet2d({ channels: 2 })
 * const { params } = net.init(random.key(0))
 * net.apply({ params, state: {} }, np.ones([1, 4, 6, 1]), { training: false })[0].shape // [1, 4, 6, 1]
 * @see Kaneda et al. 2022, arXiv 2205.10763, section 4.1 (the network for 64^3)
 */
export function dcdmNet2d(options: DirectionNetOptions = {}): Layer {
  const { channels } = readOptions("dcdmNet2d", options, { channels: [8, { min: 1, integer: true }] });
  const hidden = ["a0", "a1", "a2", "a3", ...numbered("b", 6), ...numbered("u", 4)];
  return directionNet(`dcdmNet2d(${channels})`, channels, hidden, 2, ({ conv, pair, half, twice }, r) => {
    let a = relu(conv("a0", conv("c0", r)));
    let b = relu(conv("a1", a.ref));
    a = relu(conv("a2", b)).add(a);
    b = relu(conv("a3", a));
    let p = half(b.ref);
    for (let i = 0; i < 6; i += 2) p = pair(`b${i}`, `b${i + 1}`, p);
    let u = twice(p).add(b);
    for (let i = 0; i < 4; i += 2) u = pair(`u${i}`, `u${i + 1}`, u);
    return u;
  });
}

/**
 * A smaller-grained relative of {@link dcdmNet2d} with as many parameters, which sees further. It is a U-Net of residual pairs
 * `R C (R C x) + x` on the grid and on cells of 2, 4 and 8, and back up, each level with what went down there added.
 *
 * @param options channels
 * @returns a model from `[batch, height, width, 1]`, height and width multiples of 8, to the same shape
 * @throws RangeError for channels that are no integer >= 1, and from `apply` for another shape
 * @example
 * const net = dcdmUNet2d({ channels: 2 })
 * const { params } = net.init(random.key(0))
 * net.apply({ params, state: {} }, np.ones([1, 8, 16, 1]), { training: false })[0].shape // [1, 8, 16, 1]
 * @see Ronneberger, Fischer, Brox 2015, arXiv 1505.04597, figure 1
 */
export function dcdmUNet2d(options: DirectionNetOptions = {}): Layer {
  const { channels } = readOptions("dcdmUNet2d", options, { channels: [8, { min: 1, integer: true }] });
  const hidden = [...numbered("down", 8), ...numbered("up", 6)];
  return directionNet(`dcdmUNet2d(${channels})`, channels, hidden, 8, ({ conv, pair, half, twice }, r) => {
    const levels = [pair("down0", "down1", conv("c0", r))];
    for (let i = 1; i < 4; i++)
      levels.push(pair(`down${2 * i}`, `down${2 * i + 1}`, half(levels[i - 1].ref)));
    let u = levels[3];
    for (let i = 0; i < 3; i++) u = pair(`up${2 * i}`, `up${2 * i + 1}`, twice(u).add(levels[2 - i]));
    return u;
  });
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

/** What the networks are made of; each consumes its array. */
interface Pieces {
  conv(name: string, x: np.Array): np.Array;
  /** `R C (R C x) + x` */
  pair(first: string, second: string, x: np.Array): np.Array;
  half(x: np.Array): np.Array;
  twice(x: np.Array): np.Array;
}

interface Kernel {
  kernel: np.Array;
  bias: np.Array;
}

/** A network of convolutions by name: `c0` from one channel, the hidden ones, `out` to one channel. */
function directionNet(
  name: string,
  channels: number,
  hidden: readonly string[],
  multiple: number,
  body: (pieces: Pieces, r: np.Array) => np.Array,
): Layer {
  const convolution = (inputs: number, outputs: number, kernel: number) => ({
    inputs,
    outputs,
    kernel,
    layer: conv2d({ inputs, outputs, kernel, padding: "same" }),
  });
  const inner = convolution(channels, channels, 3);
  const convolutions = new Map([
    ["c0", convolution(1, channels, 3)],
    ...hidden.map((each) => [each, inner] as const),
    ["out", convolution(channels, 1, 1)],
  ]);
  const [pool, repeat] = [avgPool({ size: 2 }), upsample({ factor: 2 })];
  const through = (layer: Layer, params: Tree, x: np.Array): np.Array =>
    layer.apply({ params, state: {} }, x, { training: true })[0];
  return plainLayer<Record<string, Kernel>>(name, {
    init(key) {
      const keys = [...random.split(key, convolutions.size)];
      return Object.fromEntries(
        [...convolutions].map(([each, { inputs, outputs, kernel }], i) => {
          const limit = Math.sqrt(6 / (kernel * kernel * (inputs + outputs)));
          const shape = [kernel, kernel, inputs, outputs];
          const drawn = random.uniform(keys[i] as np.Array, shape, { minval: -limit, maxval: limit });
          return [each, { kernel: drawn, bias: np.zeros([outputs]) }];
        }),
      );
    },
    apply(params, r) {
      checkInput(name, r, [null, null, null, 1], "[batch, height, width, 1]");
      if (r.shape[1] % multiple !== 0 || r.shape[2] % multiple !== 0)
        throw rangeError(`x of ${name}`, `a height and a width that are multiples of ${multiple}`, r);
      const conv: Pieces["conv"] = (each, x) =>
        through(convolutions.get(each)!.layer, { ...params[each] }, x);
      const pieces: Pieces = {
        conv,
        pair: (first, second, x) => relu(conv(second, relu(conv(first, x.ref)))).add(x),
        half: (x) => through(pool, {}, x),
        twice: (x) => through(repeat, {}, x),
      };
      return conv("out", body(pieces, r));
    },
  });
}
