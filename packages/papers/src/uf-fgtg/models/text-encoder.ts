import {
  embedding,
  layerNorm,
  learnedPositions,
  sequential,
  transformerBlock,
  type Variables,
} from "minimand";
import type { Tree } from "minimand/engine";
import { featureSize, promptLength, type TextEncoder } from "../interfaces.ts";

/** A transformer of two blocks that sees a whole prompt, padded with ends. */
export function textEncoder(vocabulary: number): TextEncoder {
  const block = () => transformerBlock({ size: featureSize, heads: 2, hidden: 2 * featureSize });
  const net = sequential([
    embedding({ vocabulary, size: featureSize }),
    learnedPositions({ length: promptLength, size: featureSize }),
    ...[block(), block()],
    layerNorm(featureSize),
  ]);
  return {
    // The state has no arrays: only the places where there are none.
    init: (key) => net.init(key) as unknown as Tree,
    encode: (params, tokens) => net.apply(params as unknown as Variables, tokens, { training: false })[0],
  };
}
