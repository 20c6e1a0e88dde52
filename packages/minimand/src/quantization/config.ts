import { checkChoice, checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { checkBits } from "./code-range.ts";

const granularities = ["tensor", "channel"] as const;

/** How the codes of a layer are laid out. */
export interface QuantForm {
  /** One step size for all weights of a layer, or one for each of its output channels. Activations always have one. */
  granularity: (typeof granularities)[number];
  /** Whether the offset of the weights is 0. */
  weightSymmetric: boolean;
  /** Whether that of the activations is. */
  actSymmetric: boolean;
}

/** How a layer is quantised: its form, and the bits of its weights and of what goes into it. */
export interface QuantConfig extends QuantForm {
  weightBits: number;
  actBits: number;
}

/** How many numbers a layer has. */
export interface LayerSizes {
  /** Weights, without the bias. */
  weights: number;
  /** Numbers of an example that go into it. */
  activations: number;
}

/** The eight forms. */
export const everyForm: readonly QuantForm[] = granularities.flatMap((granularity) =>
  [true, false].flatMap((weightSymmetric) =>
    [true, false].map((actSymmetric) => ({ granularity, weightSymmetric, actSymmetric })),
  ),
);

/** Throws unless these are as many configurations as there are layers. */
export function checkConfigs(argument: string, configs: readonly QuantConfig[], layers?: number): void {
  if (!Array.isArray(configs)) throw typeError(argument, "a list of configurations, one a layer", configs);
  if (layers !== undefined && configs.length !== layers)
    throw rangeError(argument, `${layers} configurations, one a layer`, configs);
  for (const config of configs as readonly QuantConfig[]) {
    checkBits("weightBits", config?.weightBits);
    checkBits("actBits", config.actBits);
    checkForm(config);
  }
}

/** Throws unless this is one of the eight forms. */
export function checkForm({ granularity, weightSymmetric, actSymmetric }: QuantForm): void {
  checkChoice("granularity", granularity, granularities);
  if (typeof weightSymmetric !== "boolean") throw typeError("weightSymmetric", "a boolean", weightSymmetric);
  if (typeof actSymmetric !== "boolean") throw typeError("actSymmetric", "a boolean", actSymmetric);
}

/** Of {@link uniformConfigs}. */
export interface UniformOptions extends Partial<QuantForm> {
  /** Of weights and activations. */
  bits: number;
  /** Of activations, where they have others. */
  actBits?: number;
  /** Of both in the first and the last layer; default 8. */
  endBits?: number;
}

/**
 * The same bits for all layers but the first and the last.
 *
 * @param layers how many there are
 * @param options `bits`; `endBits`; the form, by default a step size a channel for weights, without offsets
 * @returns a configuration for each layer
 * @throws RangeError for bits that aren't 2 to 8, and another granularity
 * @example
 * uniformConfigs(4, { bits: 3 }).map(({ weightBits }) => weightBits) // [8, 3, 3, 8]
 */
export function uniformConfigs(layers: number, options: UniformOptions): QuantConfig[] {
  const {
    bits,
    actBits = bits,
    endBits,
    granularity,
  } = readOptions("uniformConfigs", options, {
    bits: true,
    actBits: true,
    endBits: [8],
    granularity: ["channel"],
    weightSymmetric: true,
    actSymmetric: true,
  });
  checkNumber("layers", layers, { min: 1, integer: true });
  const { weightSymmetric = true, actSymmetric = true } = options;
  const form = { granularity, weightSymmetric, actSymmetric };
  const configs = Array.from({ length: layers }, (_, i) => {
    const isEnd = i === 0 || i === layers - 1;
    return { ...form, weightBits: isEnd ? endBits : bits, actBits: isEnd ? endBits : actBits };
  });
  checkBits("bits", bits);
  checkBits("endBits", endBits);
  checkConfigs("configs", configs);
  return configs;
}

/**
 * The mean bits of a number, over all layers but the first and the last, which are kept at 8.
 *
 * `sum_l n_l b_l / sum_l n_l`, for weights with the numbers of weights, for activations with those of activations
 *
 * @param layers how many numbers each has
 * @param configs a configuration for each
 * @returns both means
 * @throws TypeError, RangeError for fewer than 3 layers, another number of configurations, bits that aren't 2 to 8
 * @example
 * const sizes = [27, 100, 300, 40].map((weights) => ({ weights, activations: 10 }))
 * const form = { granularity: "tensor", weightSymmetric: true, actSymmetric: true } as const
 * const configs = [8, 2, 4, 8].map((bits) => ({ ...form, weightBits: bits, actBits: bits }))
 * averageBits(sizes, configs) // { weight: 3.5, act: 3 }
 */
export function averageBits(
  layers: readonly LayerSizes[],
  configs: readonly QuantConfig[],
): { weight: number; act: number } {
  checkLayers(layers);
  checkConfigs("configs", configs, layers.length);
  const inner = configs.slice(1, -1);
  const mean = (sizes: number[], bits: number[]): number =>
    sizes.reduce((sum, n, i) => sum + n * bits[i], 0) / sizes.reduce((a, b) => a + b);
  const sizes = layers.slice(1, -1);
  return {
    weight: mean(
      sizes.map(({ weights }) => weights),
      inner.map(({ weightBits }) => weightBits),
    ),
    act: mean(
      sizes.map(({ activations }) => activations),
      inner.map(({ actBits }) => actBits),
    ),
  };
}

/** Throws unless there are layers between a first and a last one, with numbers in each. */
export function checkLayers(layers: readonly LayerSizes[]): void {
  if (!Array.isArray(layers)) throw typeError("layers", "a list of sizes, one a layer", layers);
  if (layers.length < 3) throw rangeError("layers", "at least 3 layers", layers);
  for (const { weights, activations } of layers as readonly LayerSizes[]) {
    checkNumber("weights", weights, { min: 1, integer: true });
    checkNumber("activations", activations, { min: 1, integer: true });
  }
}
