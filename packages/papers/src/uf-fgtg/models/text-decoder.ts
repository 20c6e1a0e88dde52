import { random } from "@jax-js/jax";
import {
  type CrossLayer,
  decoderBlock,
  dense,
  embedding,
  layerNorm,
  learnedPositions,
  sequential,
  type Variables,
} from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import { featureSize, promptLength, type TextDecoder } from "../interfaces.ts";

type Params = { words: Variables; places: Variables; blocks: Variables[]; head: Variables };

/** A causal transformer of two blocks that looks at a memory; its own memory of a text is its words, each with its place. */
export function textDecoder(vocabulary: number): TextDecoder {
  const size = featureSize;
  const words = embedding({ vocabulary, size });
  const places = learnedPositions({ length: promptLength, size });
  const blocks: CrossLayer[] = [0, 1].map(() =>
    decoderBlock({ size, heads: 2, hidden: 2 * size, causal: true, rotary: true }),
  );
  const head = sequential([layerNorm(size), dense({ inputs: size, outputs: vocabulary })]);
  const still = { training: false };
  return {
    init(key) {
      const [first, second, ...keys] = [...random.split(key, 3 + blocks.length)];
      return {
        words: words.init(first),
        places: places.init(second),
        blocks: blocks.map((block, i) => block.init(keys[i])),
        head: head.init(keys[blocks.length]),
      } as unknown as Tree;
    },
    logits(params, memory, tokens) {
      const own = params as unknown as Params;
      const last = blocks.length - 1;
      disposeTree(own.places as unknown as Tree);
      const [start] = words.apply(own.words, tokens, still);
      const seen = blocks.reduce(
        (x, block, i) => block.apply(own.blocks[i], x, i === last ? memory : memory.ref, still)[0],
        start,
      );
      return head.apply(own.head, seen, still)[0];
    },
    memory(params, tokens) {
      const own = params as unknown as Params;
      disposeTree([own.blocks, own.head] as unknown as Tree);
      return places.apply(own.places, words.apply(own.words, tokens, still)[0], still)[0];
    },
  };
}
