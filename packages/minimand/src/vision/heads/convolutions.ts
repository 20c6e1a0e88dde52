import { type numpy as np, random } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import { conv2d } from "../../models/layers/conv2d.ts";
import { checkInput, type Layer, plainLayer } from "../../models/layers/layer.ts";

interface Convolution {
  inputs: number;
  outputs: number;
  /** Default 3. */
  kernel?: number;
  /** Default 1. */
  stride?: number;
}

type Kernel = { kernel: np.Array; bias: np.Array };

/** A network of convolutions by name with zeros beyond the border, of images whose sides are multiples of 4. */
export function convolutionNet<Name extends string>(
  name: string,
  convolutions: Record<Name, Convolution>,
  {
    inputs,
    start = (params) => params,
    apply,
  }: {
    inputs: number;
    /** What the drawn parameters are changed to before training. */
    start?: (params: Record<Name, Kernel>) => Record<Name, Kernel>;
    /** Consumes x. */
    apply(conv: (name: Name, x: np.Array) => np.Array, x: np.Array): np.Array;
  },
): Layer {
  const layers = Object.entries<Convolution>(convolutions).map(
    ([each, { kernel = 3, ...sizes }]) => [each, conv2d({ ...sizes, kernel, padding: "same" })] as const,
  );
  const byName = new Map(layers);
  return plainLayer<Record<Name, Kernel>>(name, {
    init(key) {
      const keys = [...random.split(key, layers.length)];
      const params = layers.map(([each, layer], i) => [each, layer.init(keys[i] as np.Array).params]);
      return start(Object.fromEntries(params) as Record<Name, Kernel>);
    },
    apply(params, x) {
      checkInput(name, x, [null, null, null, inputs], `[batch, height, width, ${inputs}]`);
      if (x.shape[1] % 4 !== 0 || x.shape[2] % 4 !== 0)
        throw rangeError(`x of ${name}`, "a height and a width that are multiples of 4", x);
      const conv = (each: Name, image: np.Array): np.Array =>
        byName.get(each)!.apply({ params: { ...params[each] }, state: {} }, image, { training: true })[0];
      return apply(conv, x);
    },
  });
}
