import { type QuantConfig, uniformConfigs } from "minimand";
import { checkChoice, checkNumber, rangeError } from "minimand/engine";

/** How a network is quantised. Weights have no offset; activations have one for each layer. */
export interface BitSettings {
  /** Of weights, 2 to 8. */
  bits: number;
  /** Of what goes into a layer; default 8. It costs no bytes. */
  activationBits?: number;
  /** Of weights in the first and the last layer; default 8 where there are layers between them, else `bits`. */
  endBits?: number;
  /** Step sizes of weights: one for each output channel (default), or one per layer. */
  granularity?: (typeof granularities)[number];
  /**
   * `qat` (default): step sizes and weights learn to give the outputs of the float network, without labels; `ptq`: numbers are rounded, and
   * nothing is learned.
   */
  method?: (typeof methods)[number];
}

export const granularities = ["channel", "tensor"] as const;

export const methods = ["qat", "ptq"] as const;

/** Throws a RangeError naming the first of them that makes no sense. */
export function checkBitSettings({ bits, activationBits, endBits, granularity, method }: BitSettings): void {
  const range = { min: 2, max: 8, integer: true };
  checkNumber("bits", bits, range);
  if (activationBits !== undefined) checkNumber("activationBits", activationBits, range);
  if (endBits !== undefined) checkNumber("endBits", endBits, range);
  if (granularity !== undefined) checkChoice("granularity", granularity, granularities);
  if (method !== undefined) checkChoice("method", method, methods);
}

/** Throws a RangeError for widths that aren't 2 to 8, repeated widths, and no widths. */
export function checkWidths(name: string, widths: readonly number[]): void {
  if (widths.length === 0) throw rangeError(name, "at least one width", "none");
  for (const bits of widths) checkNumber(name, bits, { min: 2, max: 8, integer: true });
  if (new Set(widths).size < widths.length)
    throw rangeError(name, "widths that are all different", widths.join(","));
}

/** Returns a configuration for each layer. */
export function configsOf(layers: number, settings: BitSettings): QuantConfig[] {
  const { bits, activationBits = 8, granularity = "channel" } = settings;
  const { endBits = layers > 2 ? 8 : bits } = settings;
  const form = { granularity, weightSymmetric: true, actSymmetric: false };
  return uniformConfigs(layers, { bits, endBits, ...form }).map((config) => ({
    ...config,
    actBits: activationBits,
  }));
}
