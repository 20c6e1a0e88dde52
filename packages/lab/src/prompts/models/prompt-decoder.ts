import { type numpy as np, random } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import type { CrossLayer, Variables } from "minimand/models";
import { decoderBlock, dense, embedding, layerNorm, learnedPositions, sequential } from "minimand/models";
import type { PromptDecoder } from "./prompt-models.ts";
import { checkPromptSizes, type PromptSizes } from "./prompt-sizes.ts";

type Params = { words: Variables; places: Variables; blocks: Variables[]; head: Variables };

/**
 * Returns a decoder of prompts for refiners: a causal transformer that looks at a memory.
 *
 * @param options `vocabulary`, `length`; `size` of the memory, too, default 32; `heads` and `blocks`, default 2
 * @returns `init(key)`, `logits`, and `memory`: the decoder's own memory of a text, its words, each with its place, to be trained on alone
 * @throws RangeError for sizes that are no integers >= 1, a length over 1024, heads that don't divide the size
 * @example
 * const decoder = promptDecoder({ vocabulary: 9, length: 5, size: 4 })
 * const params = decoder.init(keyOf(0))
 * const tokens = np.array([[1, 5, 3, 2, 2]], { dtype: np.int32 })
 * const memory = decoder.memory(refTree(params), tokens.ref)
 * decoder.logits(params, memory, tokens).shape // [1, 5, 9]
 * @see Vaswani et al. 2017, arXiv 1706.03762; Su et al. 2021, arXiv 2104.09864, for positions
 */
export function promptDecoder(options: PromptSizes): PromptDecoder & {
  init(key: np.Array): Tree;
  memory(params: Tree, tokens: np.Array): np.Array;
} {
  const { vocabulary, length, size, heads, ...sizes } = checkPromptSizes("promptDecoder", options);
  const words = embedding({ vocabulary, size });
  const places = learnedPositions({ length, size });
  const blocks: CrossLayer[] = Array.from({ length: sizes.blocks }, () =>
    decoderBlock({ size, heads, hidden: 2 * size, causal: true, rotary: true }),
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
      const [start] = words.apply(own.words, tokens, still);
      const seen = blocks.reduce(
        (x, block, i) => block.apply(own.blocks[i], x, i === last ? memory : memory.ref, still)[0],
        start,
      );
      return head.apply(own.head, seen, still)[0];
    },
    memory(params, tokens) {
      const own = params as unknown as Params;
      return places.apply(own.places, words.apply(own.words, tokens, still)[0], still)[0];
    },
  };
}
