import { checkNumber, readOptions, relu, typeError } from "minimand/engine";
import type { Layer } from "minimand/models";
import { convolutionNet, type NamedConvolution } from "../named-convolutions.ts";
import { checkedSizes, type EnhancerSizes } from "./feat-enhancer.ts";
import {
  addGroups,
  extractFeatures,
  extractorConvolutions,
  lastConvolution,
  outputConvolutions,
} from "./feature-extractor.ts";

/**
 * Returns the control that shows what the scales are worth: {@link featEnhancer} at the scale of the image alone, with the same feature
 * extractor and output, `x' = x + sum_g tanh(conv(conv(relu(features(x)))))_g`, without smaller images and attention.
 *
 * @param options sizes: `inChannels` 3, `width` 32, `groups` 8
 * @returns a layer from `[batch, height, width, inChannels]` to the same shape
 * @throws TypeError, RangeError for sizes that are no integers >= 1, and from `apply` for another shape
 * @example
 * const enhancer = oneScaleEnhancer({ inChannels: 1, width: 4, groups: 2 })
 * const { params } = enhancer.init(random.key(0))
 * enhancer.apply({ params, state: {} }, np.ones([1, 2, 5, 1]), { training: false })[0].shape // [1, 2, 5, 1]
 * @see Hashmi et al. 2023, arXiv 2308.03594, whose feature extractor it is
 */
export function oneScaleEnhancer(options: EnhancerSizes = {}): Layer {
  readOptions("oneScaleEnhancer", options, { inChannels: true, width: true, groups: true });
  const sizes = checkedSizes(options);
  const { inChannels, width, features } = sizes;
  const name = `oneScaleEnhancer(${inChannels}, ${width}x${features / inChannels})`;
  const convolutions = { ...extractorConvolutions(sizes), ...outputConvolutions(features, sizes) };
  return convolutionNet(name, inChannels, convolutions, (conv, x) => {
    const found = relu(extractFeatures(conv, x.ref));
    return addGroups(x, conv("ue_conv9", conv("ue_conv8", found)));
  });
}

/** Options of {@link stackEnhancer}; either `width` or `parameters`. */
export interface StackEnhancerOptions extends EnhancerSizes {
  /** Instead of a width: how many numbers it may have. The width is the one that comes nearest. */
  parameters?: number;
  /** A 3 x 3 convolution each, with this distance between the entries of its kernel; default nine times 1. */
  dilations?: readonly number[];
}

/**
 * Returns the control that shows what is due to more parameters: a plain stack of 3 x 3 convolutions with ReLU. The last one gives the
 * groups of images that are added, as those of {@link featEnhancer} are: `x' = x + sum_g tanh(stack(x))_g`.
 *
 * It sees `1 + 2 sum(dilations)` pixels along each axis. With c channels, width w, f features and n convolutions it has
 * `9 c w + w + (n - 2) (9 w^2 + w) + 9 w f + f` parameters.
 *
 * @param options `inChannels` 3, `groups` 8, `dilations`, and `width` (32) or `parameters`
 * @returns a layer from `[batch, height, width, inChannels]` to the same shape
 * @throws TypeError, RangeError for sizes and dilations that are no integers >= 1, fewer than two convolutions, width and parameters at
 *   once, and from `apply` for another shape
 * @example
 * stackEnhancer({ parameters: 139_400 }).name // "stackEnhancer(3, 45x8, 1-1-1-1-1-1-1-1-1)"
 */
export function stackEnhancer(options: StackEnhancerOptions = {}): Layer {
  const { parameters, dilations = Array.from({ length: 9 }, () => 1) } = readOptions(
    "stackEnhancer",
    options,
    { inChannels: true, width: true, groups: true, parameters: true, dilations: true },
  );
  if (!Array.isArray(dilations)) throw typeError("dilations", "a list of integers", dilations);
  checkNumber("dilations.length", dilations.length, { min: 2 });
  if (parameters !== undefined && options.width !== undefined)
    throw typeError("parameters", "none beside a width", parameters);
  const { inChannels, features, ...given } = checkedSizes(options);
  const width =
    parameters === undefined ? given.width : widthOf(parameters, inChannels, features, dilations.length);
  const last = dilations.length - 1;
  const named = dilations.map((dilation, i): [string, NamedConvolution] => {
    const inputs = i === 0 ? inChannels : width;
    if (i === last) return [`conv${i + 1}`, { ...lastConvolution(inputs, features), dilation }];
    return [`conv${i + 1}`, { inputs, outputs: width, dilation }];
  });
  const name = `stackEnhancer(${inChannels}, ${width}x${features / inChannels}, ${dilations.join("-")})`;
  return convolutionNet(name, inChannels, Object.fromEntries(named), (conv, x) => {
    const added = named.reduce((h, [each], i) => (i === last ? conv(each, h) : relu(conv(each, h))), x.ref);
    return addGroups(x, added);
  });
}

/** The width with which a stack has nearest to this many parameters. */
function widthOf(parameters: number, inputs: number, features: number, count: number): number {
  checkNumber("parameters", parameters, { min: 1, integer: true });
  const numbers = (w: number): number =>
    9 * inputs * w + w + (count - 2) * (9 * w * w + w) + 9 * w * features + features;
  let width = 1;
  while (Math.abs(numbers(width + 1) - parameters) < Math.abs(numbers(width) - parameters)) width++;
  return width;
}
