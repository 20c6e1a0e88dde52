import { readOptions, relu } from "minimand/engine";
import type { Layer } from "minimand/models";
import { convolutionNet } from "../named-convolutions.ts";
import { checkQuarters } from "./quarters.ts";

/** Options of {@link centerDetector}. */
export interface CenterDetectorOptions {
  /** Channels of the images. */
  inputs: number;
  /** Classes of objects, without the background. */
  classes: number;
  /** Channels at full size, half as many as on the smaller ones; default 12. */
  width?: number;
}

/** Pixels of a cell of a {@link centerDetector}, along each side. */
export const centerStride = 4;

/** Logit of a probability of 0.1: at the start objects are rare everywhere. */
const rare = Math.log(0.1 / 0.9);

/**
 * Returns a small detector without anchors. For each cell of 4 x 4 pixels it predicts how likely it contains the centre of an object of
 * each class. It also predicts how high and wide that object is, and where in the cell its centre is.
 *
 * Five 3 x 3 convolutions with zeros beyond the border, each followed by relu, the second and third with stride 2, and a linear
 * 1 x 1 convolution to the logits of the classes, height and width in cells, and the centre's place down and across in the cell.
 * Kernels start normal with variance `2 / fan-in` (He), that of the last one with a tenth of it and the classes' biases at the logit
 * of 0.1, the other biases at zero.
 *
 * Boxes are drawn to targets by {@link centerTargets}, trained by {@link centerLoss} and read by {@link decodeCenters}.
 *
 * @param options `inputs`, `classes`, `width`
 * @returns a layer from `[batch, height, width, inputs]`, height and width multiples of 4, to `[batch, height / 4, width / 4, classes + 4]`
 * @throws RangeError for sizes that are no integers >= 1, and from `apply` for another shape
 * @example
 * const model = centerDetector({ inputs: 1, classes: 3, width: 2 })
 * const { params } = model.init(random.key(0))
 * model.apply({ params, state: {} }, np.ones([1, 8, 12, 1]), { training: false })[0].shape // [1, 2, 3, 7]
 * @see Zhou, Wang, Krahenbuhl 2019, Objects as Points, arXiv 1904.07850, section 3
 */
export function centerDetector(options: CenterDetectorOptions): Layer {
  const { inputs, classes, width } = readOptions("centerDetector", options, {
    inputs: { min: 1, integer: true },
    classes: { min: 1, integer: true },
    width: [12, { min: 1, integer: true }],
  });
  const deep = 2 * width;
  const name = `centerDetector(${inputs} -> ${classes}, ${width})`;
  const biases = Array.from({ length: classes + 4 }, (_, k) => (k < classes ? rare : 0));
  return convolutionNet(
    name,
    inputs,
    {
      full: { inputs, outputs: width },
      half: { inputs: width, outputs: deep, stride: 2 },
      quarter: { inputs: deep, outputs: deep, stride: 2 },
      inner: { inputs: deep, outputs: deep },
      last: { inputs: deep, outputs: deep },
      centers: { inputs: deep, outputs: classes + 4, kernel: 1, gain: Math.sqrt(0.1), biases },
    },
    (conv, x) => {
      checkQuarters(name, x);
      let h = x;
      for (const name of ["full", "half", "quarter", "inner", "last"] as const) h = relu(conv(name, h));
      return conv("centers", h);
    },
  );
}
