import type { numpy as np } from "@jax-js/jax";
import { random } from "@jax-js/jax";
import { readOptions } from "../engine/options.ts";
import type { Tree } from "../engine/tree.ts";
import type { Model, RepresentationModel } from "./model.ts";

/** The halves of an {@link encoderDecoder}. */
export interface EncoderDecoderOptions {
  /** From inputs to the representation `[batch, size]`. */
  encoder: Model;
  /** From the representation to the output `[batch, outputs]`. */
  decoder: Model;
  /** Numbers a row of the representation. */
  size: number;
  /** Numbers a row of the output. */
  outputs: number;
}

type Halves = { encoder: Tree; decoder: Tree };

/**
 * A model of two halves with a representation between them: `x -> t = encoder(x) -> decoder(t)`.
 *
 * The representation is the features of `applyWithFeatures`, for objectives that look at it.
 *
 * @param options `encoder`, `decoder`; `size` of the representation and number of `outputs`
 * @returns a model from the input of the encoder to `[batch, outputs]`
 * @throws TypeError, RangeError for an option that is none, and sizes that are not integers >= 1
 * @example
 * encoderDecoder({
 *   encoder: mlp({ inputs: 10, hidden: [64, 64], outputs: 16 }),
 *   decoder: mlp({ inputs: 16, hidden: [64], outputs: 1 }),
 *   size: 16,
 *   outputs: 1,
 * })
 */
export function encoderDecoder(options: EncoderDecoderOptions): RepresentationModel {
  const { encoder, decoder, size, outputs } = readOptions("encoderDecoder", options, {
    encoder: true,
    decoder: true,
    size: { min: 1, integer: true },
    outputs: { min: 1, integer: true },
  });

  const applyWithFeatures: RepresentationModel["applyWithFeatures"] = (
    { params, state },
    x,
    { training, key, weights, replaceFeatures = (features) => features },
  ) => {
    const [own, before] = [params as Halves, state as Halves];
    const [first, second] = key === undefined ? [] : [...random.split(key, 2)];
    const [t, encoded] = encoder.apply({ params: own.encoder, state: before.encoder }, x, {
      training,
      key: first,
      weights: weights?.ref,
    });
    const [output, decoded] = decoder.apply(
      { params: own.decoder, state: before.decoder },
      replaceFeatures(t.ref),
      { training, key: second, weights },
    );
    return [
      { features: t, output },
      { encoder: encoded, decoder: decoded },
    ];
  };

  return {
    ...(encoder.vocabulary !== undefined && { vocabulary: encoder.vocabulary }),
    featureSize: size,
    outputSize: outputs,
    init(key: np.Array) {
      const [first, second] = [...random.split(key, 2)];
      const [a, b] = [encoder.init(first), decoder.init(second)];
      return {
        params: { encoder: a.params, decoder: b.params },
        state: { encoder: a.state, decoder: b.state },
      };
    },
    applyWithFeatures,
    apply(variables, x, applyOptions) {
      const [{ features, output }, next] = applyWithFeatures(variables, x, applyOptions);
      features.dispose();
      return [output, next];
    },
  };
}
