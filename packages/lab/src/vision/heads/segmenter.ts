import type { numpy as np } from "@jax-js/jax";
import { readOptions, relu } from "minimand/engine";
import type { Layer } from "minimand/models";
import { upsample } from "minimand/models";
import { convolutionNet, joinChannels } from "../named-convolutions.ts";
import { checkQuarters } from "./quarters.ts";

/** Options of {@link segmenter}. */
export interface SegmenterOptions {
  /** Channels of the images. */
  inputs: number;
  /** Classes of a pixel, the background among them, at least 2. */
  classes: number;
  /** Channels at full size, half as many as on the smaller ones; default 12. */
  width?: number;
}

/**
 * Returns a small network that says of each pixel to which class it belongs: a U-Net of two levels.
 *
 * With C of 3 x 3 convolutions with zeros beyond the border, each but the last followed by relu, and C/2 of those with stride 2:
 * `a = C x`, `b = C/2 a`, `c = C C/2 b`, `u = C [c repeated on 2 x 2, b]`, and the logits `C [u repeated on 2 x 2, a]`.
 * Kernels start normal with variance `2 / fan-in` (He), biases at zero.
 *
 * @param options `inputs`, `classes`, `width`
 * @returns a layer from `[batch, height, width, inputs]`, height and width multiples of 4, to logits `[batch, height, width, classes]`
 * @throws RangeError for sizes that are no integers >= 1, fewer than 2 classes, and from `apply` for another shape
 * @example
 * const model = segmenter({ inputs: 1, classes: 3, width: 2 })
 * const { params } = model.init(random.key(0))
 * model.apply({ params, state: {} }, np.ones([1, 8, 12, 1]), { training: false })[0].shape // [1, 8, 12, 3]
 * @see Ronneberger, Fischer, Brox 2015, arXiv 1505.04597, figure 1
 */
export function segmenter(options: SegmenterOptions): Layer {
  const { inputs, classes, width } = readOptions("segmenter", options, {
    inputs: { min: 1, integer: true },
    classes: { min: 2, integer: true },
    width: [12, { min: 1, integer: true }],
  });
  const repeat = upsample({ factor: 2 });
  const joined = (small: np.Array, large: np.Array): np.Array => {
    const [repeated] = repeat.apply({ params: {}, state: {} }, small, { training: true });
    return joinChannels(repeated, large);
  };
  const deep = 2 * width;
  const name = `segmenter(${inputs} -> ${classes}, ${width})`;
  return convolutionNet(
    name,
    inputs,
    {
      full: { inputs, outputs: width },
      half: { inputs: width, outputs: deep, stride: 2 },
      quarter: { inputs: deep, outputs: deep, stride: 2 },
      inner: { inputs: deep, outputs: deep },
      halfAgain: { inputs: 2 * deep, outputs: width },
      logits: { inputs: 2 * width, outputs: classes },
    },
    (conv, x) => {
      checkQuarters(name, x);
      const full = relu(conv("full", x));
      const half = relu(conv("half", full.ref));
      const inner = relu(conv("inner", relu(conv("quarter", half.ref))));
      const again = relu(conv("halfAgain", joined(inner, half)));
      return conv("logits", joined(again, full));
    },
  );
}
