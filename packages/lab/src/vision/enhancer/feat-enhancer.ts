import type { numpy as np } from "@jax-js/jax";
import {
  checkChoice,
  checkNumber,
  disposeTree,
  rangeError,
  readOptions,
  relu,
  typeError,
} from "minimand/engine";
import type { Layer } from "minimand/models";
import { avgPool, maxPool, resizeBilinear } from "minimand/models";
import { convolutionNet, joinChannels, type NamedConvolution } from "../named-convolutions.ts";
import {
  addGroups,
  type ExtractorSizes,
  extractFeatures,
  extractorConvolutions,
  linearGain,
  outputConvolutions,
} from "./feature-extractor.ts";
import { aggregateScales, checkHeads, checkScales, leastSide, shrinking } from "./safa.ts";

/** Sizes of an enhancer. */
export interface EnhancerSizes {
  /** Channels of the images; default 3. */
  inChannels?: number;
  /** Channels inside; default 32. */
  width?: number;
  /** Images that are added to the input, so that there are `groups inChannels` features; default 8. */
  groups?: number;
}

/** Options of {@link featEnhancer}. */
export interface FeatEnhancerOptions extends EnhancerSizes {
  /** Blocks of features with attention weights of their own, a divisor of the features; default 8. */
  heads?: number;
  /** How many times smaller the two lower scales are, the second a multiple of the first; default 4 and 8. */
  scales?: readonly [higher: number, lowest: number];
  /** How features of the two lower scales meet those of the whole image; default `safa` and `skip`. */
  fusion?: readonly [higher: "safa" | "average" | "skip", lowest: "skip" | "safa"];
  /** What makes the smaller images; default `conv`, which is learned. */
  downsample?: "conv" | "maxpool" | "avgpool" | "bilinear";
}

/** Sizes with their defaults. @throws TypeError and RangeError for numbers that are no sizes */
export function checkedSizes({ inChannels = 3, width = 32, groups = 8 }: EnhancerSizes): ExtractorSizes {
  for (const [name, value] of Object.entries({ inChannels, width, groups }))
    checkNumber(name, value, { min: 1, integer: true });
  return { inChannels, width, features: groups * inChannels };
}

/**
 * FeatEnHancer: a layer before a network for dark images, trained by the network's loss alone, that adds to an image what features of
 * three scales say.
 *
 * 1. Two smaller images, by convolutions with kernel `2 s - 1` and stride `s`, without padding.
 * 2. One feature extractor for the three: seven 3 x 3 convolutions.
 * 3. Features of the higher scale join those of the whole image by attention in blocks of channels ({@link safa}), those of the lowest are
 *    put next to them, upsampled (`skip`).
 * 4. Two more convolutions and tanh give `groups` images, which are added: `x' = x + sum_g T_g`.
 *
 * Other choices are those of ablations: `fusion` `average` is the mean of both features, `skip` puts upsampled ones next to each other,
 * `safa` for the lowest scale attends from the features so far, with convolutions of its own; `downsample` by pooling has the windows of
 * the convolutions, `bilinear` the sizes that they give.
 *
 * Parameters have the names of the official code, `{ quarter_conv: { kernel, bias }, ... }`, 139,400 numbers with the defaults. Kernels
 * start as He's where ReLU follows, with variance `1 / fan-in` elsewhere, the last one times 0.1: the layer starts near the identity. What
 * comes out is no picture, and not clipped: it is within `groups` of the input.
 *
 * @param options sizes (`inChannels` 3, `width` 32, `groups` 8), `heads`, `scales`, `fusion`, `downsample`
 * @returns a layer from `[batch, height, width, inChannels]`, numbers from 0 to 1, to the same shape
 * @throws TypeError, RangeError for sizes that are no integers >= 1, heads that don't divide the features, scales that aren't multiples,
 *   other choices, and from `apply` for images of other channels or too small for the lowest scale (15 pixels a side)
 * @example
 * const enhancer = featEnhancer({ inChannels: 1, width: 4, groups: 4, heads: 2 })
 * enhancer.name // "featEnhancer(1, 4x4, safa-skip)"
 * const { params } = enhancer.init(random.key(0))
 * enhancer.apply({ params, state: {} }, np.ones([1, 15, 16, 1]), { training: false })[0].shape // [1, 15, 16, 1]
 * @see Hashmi et al. 2023, arXiv 2308.03594, section 3 and its code at 33da743, where they differ
 */
export function featEnhancer(options: FeatEnhancerOptions = {}): Layer {
  const { heads, scales, fusion, downsample } = readOptions("featEnhancer", options, {
    inChannels: true,
    width: true,
    groups: true,
    heads: [8],
    scales: [[4, 8]],
    fusion: [["safa", "skip"]],
    downsample: ["conv"],
  });
  const sizes = checkedSizes(options);
  const { inChannels, features } = sizes;
  checkScales(scales);
  if (!Array.isArray(fusion) || fusion.length !== 2)
    throw typeError("fusion", 'two ways, as ["safa", "skip"]', fusion);
  checkChoice("fusion[0]", fusion[0], ["safa", "average", "skip"]);
  checkChoice("fusion[1]", fusion[1], ["skip", "safa"]);
  checkChoice("downsample", downsample, ["conv", "maxpool", "avgpool", "bilinear"]);
  if (fusion.some((way) => way === "safa")) checkHeads(heads, features);

  const [higher, lowest] = fusion;
  const windows = [shrinking(scales[0]), shrinking(scales[1] / scales[0])] as const;
  const shrink = (channels: number, step: 0 | 1): NamedConvolution => ({
    ...windows[step],
    padding: "valid",
    inputs: channels,
    outputs: channels,
    gain: linearGain,
  });
  const besides = fusion.filter((way) => way === "skip").length;
  const convolutions: { [name: string]: NamedConvolution } = {
    ...(downsample === "conv" && { quarter_conv: shrink(inChannels, 0), hexa_conv: shrink(inChannels, 1) }),
    ...extractorConvolutions(sizes),
    ...(higher === "safa" && {
      query_conv1: shrink(features, 0),
      query_conv2: shrink(features, 1),
      key_conv: shrink(features, 1),
    }),
    ...(lowest === "safa" && {
      lowest_query_conv1: shrink(features, 0),
      lowest_query_conv2: shrink(features, 1),
      lowest_key_conv: { inputs: features, outputs: features, gain: linearGain },
    }),
    ...outputConvolutions((1 + besides) * features, sizes),
  };
  const smallerBy = downsampling(downsample, windows);
  const name = `featEnhancer(${inChannels}, ${sizes.width}x${features / inChannels}, ${fusion.join("-")})`;
  const least = leastSide(scales);

  return convolutionNet(name, inChannels, convolutions, (conv, x) => {
    const [height, width] = [x.shape[1], x.shape[2]];
    if (Math.min(height, width) < least)
      throw rangeError(`x of ${name}`, `images of at least ${least} x ${least} pixels`, x);
    const extract = (image: np.Array): np.Array => extractFeatures(conv, image);
    const up = (f: np.Array): np.Array => resizeBilinear(f, [height, width]);

    const quarter = smallerBy === null ? conv("quarter_conv", x.ref) : smallerBy[0](x.ref);
    const octa = smallerBy === null ? conv("hexa_conv", quarter.ref) : smallerBy[1](quarter.ref);
    let full = relu(extract(x.ref));
    const middle = relu(extract(quarter));
    // The lowest scale's features keep their signs: so does the official code.
    const low = extract(octa);

    const beside: np.Array[] = [];
    if (higher === "skip") beside.push(up(middle));
    else if (higher === "average") full = full.add(up(middle)).mul(0.5);
    else full = aggregated(conv, full, middle, heads);
    if (lowest === "skip") beside.push(up(low));
    else full = aggregated((each, h) => conv(`lowest_${each}`, h), full, low, heads);
    const joined = beside.length === 0 ? full : joinChannels(full, ...beside);
    return addGroups(x, conv("ue_conv9", conv("ue_conv8", joined)));
  });
}

function aggregated(...scales: Parameters<typeof aggregateScales>): np.Array {
  const { output, aggregated, weights } = aggregateScales(...scales);
  disposeTree([aggregated, weights]);
  return output;
}

type Shrink = (x: np.Array) => np.Array;

/** Ways to smaller images without parameters; null where they are learned. */
function downsampling(
  way: NonNullable<FeatEnhancerOptions["downsample"]>,
  windows: readonly [{ kernel: number; stride: number }, { kernel: number; stride: number }],
): readonly [Shrink, Shrink] | null {
  if (way === "conv") return null;
  const shrinkBy = ({ kernel, stride }: { kernel: number; stride: number }): Shrink => {
    if (way === "bilinear") {
      const fewer = (side: number): number => Math.floor((side - kernel) / stride) + 1;
      return (x) => resizeBilinear(x, [fewer(x.shape[1]), fewer(x.shape[2])]);
    }
    const pool = (way === "maxpool" ? maxPool : avgPool)({ size: kernel, stride });
    return (x) => pool.apply({ params: {}, state: {} }, x, { training: true })[0];
  };
  return [shrinkBy(windows[0]), shrinkBy(windows[1])];
}
