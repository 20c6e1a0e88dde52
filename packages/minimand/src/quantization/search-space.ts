import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { type OptionNames, readOptions } from "../engine/options.ts";
import { type RandomSource, randomSource } from "../engine/random.ts";
import { checkBits, everyBits } from "./code-range.ts";
import {
  averageBits,
  checkConfigs,
  checkForm,
  checkLayers,
  everyForm,
  type LayerSizes,
  type QuantConfig,
  type QuantForm,
} from "./config.ts";

/** Which configurations a search may find: one form, the bits of all layers but the first and the last. */
export interface SearchSpace {
  /** How many numbers each layer has, see {@link layerSizes}. */
  layers: readonly LayerSizes[];
  /** Default: weights by channel, all symmetric. */
  form?: QuantForm;
  /** Bits to choose from; default 2 to 8. */
  bits?: readonly number[];
  /** Most average bits of weights and of activations, see {@link averageBits}. */
  target: { weight: number; act: number };
  /** How far below the target an average may be; default 0.5. */
  tolerance?: number;
  /** Of the first and the last layer; default 8. */
  endBits?: number;
}

/** For those that take these and more. */
export const searchSpaceNames: OptionNames<SearchSpace> = {
  layers: true,
  form: true,
  bits: true,
  target: true,
  tolerance: true,
  endBits: true,
};

const usualForm: QuantForm = { granularity: "channel", weightSymmetric: true, actSymmetric: true };

/** A space with its defaults, checked. */
export interface CheckedSpace extends Required<SearchSpace> {
  /** Bits of weights, then of activations, of the layers between, as a configuration of all. */
  configsOf(genes: readonly number[]): QuantConfig[];
  isValid(configs: readonly QuantConfig[]): boolean;
}

/** Checks a space and fills in its defaults. */
export function checkedSpace(space: SearchSpace): CheckedSpace {
  const { layers, form = usualForm, bits = everyBits, target, tolerance = 0.5, endBits = 8 } = space;
  checkLayers(layers);
  checkForm(form);
  if (!Array.isArray(bits) || bits.length === 0) throw typeError("bits", "a list of widths", bits);
  checkNumber("target.weight", target?.weight, { min: 2, max: 8 });
  checkNumber("target.act", target.act, { min: 2, max: 8 });
  checkNumber("tolerance", tolerance, { above: 0 });
  checkBits("endBits", endBits);
  const end = { ...form, weightBits: endBits, actBits: endBits };
  const inner = layers.length - 2;
  const configsOf = (genes: readonly number[]): QuantConfig[] => [
    end,
    ...Array.from({ length: inner }, (_, l) => ({
      ...form,
      weightBits: genes[l],
      actBits: genes[inner + l],
    })),
    end,
  ];
  for (const b of bits as readonly number[])
    checkConfigs("bits", configsOf(Array.from({ length: 2 * inner }, () => b)));
  // Averages of equal bits may be off by a rounding.
  const within = (average: number, most: number): boolean =>
    average <= most + 1e-9 && average > most - tolerance + 1e-9;
  return {
    layers,
    form,
    bits,
    target,
    tolerance,
    endBits,
    configsOf,
    isValid(configs) {
      const { weight, act } = averageBits(layers, configs);
      return within(weight, target.weight) && within(act, target.act);
    },
  };
}

/** Most configurations that are enumerated. */
const mostEnumerated = 1e6;

/**
 * All configurations of a space, for searches that are small enough to be exact.
 *
 * @param options the space, see {@link SearchSpace}
 * @returns the configurations whose averages lie in `(target - tolerance, target]`, in the order of their bits
 * @throws TypeError, RangeError for a space that is none, and for more than a million combinations of bits
 * @example
 * const layers = [1, 1, 1, 1].map((n) => ({ weights: n, activations: n }))
 * enumerateConfigs({ layers, bits: [2, 4], target: { weight: 3, act: 2 } }).length // 2
 */
export function enumerateConfigs(options: SearchSpace): QuantConfig[][] {
  readOptions("enumerateConfigs", options, searchSpaceNames);
  const space = checkedSpace(options);
  const { bits, layers } = space;
  const genes = 2 * (layers.length - 2);
  const count = bits.length ** genes;
  if (count > mostEnumerated)
    throw rangeError("layers", `at most ${mostEnumerated} combinations of bits`, count);
  const found: QuantConfig[][] = [];
  for (let n = 0; n < count; n++) {
    const configs = space.configsOf(
      Array.from(
        { length: genes },
        (_, i) => bits[Math.floor(n / bits.length ** (genes - 1 - i)) % bits.length],
      ),
    );
    if (space.isValid(configs)) found.push(configs);
  }
  return found;
}

/** Draws bits of layers, of which the average is likely near a target. */
export type DrawBits = (target: number) => number[];

/** Width of the bins of averages. */
const binWidth = 0.2;
/** Uniform configurations that stand for all. */
const tableSize = 20000;

/**
 * Bits of the layers between the first and the last, of weights and of activations, drawn one by one from
 * `P(bits of layer | average near target)`, as it is in configurations of uniform bits.
 */
export function bitsNear(
  layers: readonly LayerSizes[],
  bits: readonly number[],
  draw: RandomSource,
): { weights: DrawBits; acts: DrawBits } {
  const inner = layers.slice(1, -1);
  const weights = inner.map((sizes) => sizes.weights);
  const acts = inner.map((sizes) => sizes.activations);
  return { weights: drawsNear(weights, bits, draw), acts: drawsNear(acts, bits, draw) };
}

function drawsNear(sizes: readonly number[], bits: readonly number[], draw: RandomSource): DrawBits {
  const total = sizes.reduce((a, b) => a + b, 0);
  const bins = new Map<number, number[][]>();
  for (let n = 0; n < tableSize; n++) {
    const drawn = sizes.map(() => bits[Math.floor(draw() * bits.length)]);
    const average = drawn.reduce((sum, b, l) => sum + sizes[l] * b, 0) / total;
    const bin = Math.round(average / binWidth);
    const list = bins.get(bin);
    if (list === undefined) bins.set(bin, [drawn]);
    else list.push(drawn);
  }
  return (target) => {
    const wanted = target / binWidth;
    const near = [...bins.keys()].reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
    const list = bins.get(near)!;
    // Each layer from a configuration of its own: that is drawing from the shares of the bin.
    return sizes.map((_, l) => list[Math.floor(draw() * list.length)][l]);
  };
}

/** Of {@link sampleConfigs}. */
export interface SampleOptions {
  layers: readonly LayerSizes[];
  count: number;
  seed: number;
  /** Forms that are drawn from; default all eight. */
  forms?: readonly QuantForm[];
  /** Bits to choose from; default 2 to 8. */
  bits?: readonly number[];
  /** Average bits that are aimed at, drawn evenly between these; default 2.4 and 7.6. */
  targets?: readonly [number, number];
  /** Of the first and the last layer; default 8. */
  endBits?: number;
}

/**
 * Draws configurations whose average bits are spread over all that there are, to learn how accurate they are. With uniform bits nearly all
 * averages would be alike.
 *
 * @param options layers, count and seed, see {@link SampleOptions}
 * @returns `count` configurations of all layers; the same seed gives the same ones
 * @throws TypeError, RangeError for fewer than 3 layers and options out of range
 * @example
 * const layers = [9, 9, 9, 9].map((n) => ({ weights: n, activations: n }))
 * sampleConfigs({ layers, count: 10, seed: 1 }).length // 10
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.4
 */
export function sampleConfigs(options: SampleOptions): QuantConfig[][] {
  const { layers, count, seed, forms, bits, targets } = readOptions("sampleConfigs", options, {
    layers: true,
    count: { min: 1, integer: true },
    seed: { integer: true },
    forms: [everyForm],
    bits: [everyBits],
    targets: [[2.4, 7.6]],
    endBits: true,
  });
  if (!Array.isArray(forms) || forms.length === 0) throw typeError("forms", "a list of forms", forms);
  for (const target of targets) checkNumber("targets", target, { min: 2, max: 8 });
  const spaces = (forms as readonly QuantForm[]).map((form) =>
    checkedSpace({ layers, form, bits, target: { weight: 8, act: 8 }, endBits: options.endBits }),
  );
  const draw = randomSource(seed);
  const { weights, acts } = bitsNear(layers, bits, draw);
  const target = () => targets[0] + draw() * (targets[1] - targets[0]);
  return Array.from({ length: count }, () =>
    spaces[Math.floor(draw() * spaces.length)].configsOf([...weights(target()), ...acts(target())]),
  );
}
