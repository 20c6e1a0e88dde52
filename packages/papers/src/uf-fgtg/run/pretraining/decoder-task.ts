import { derive, randomSource, refTree } from "minimand/engine";
import { tokenCrossEntropy } from "minimand/losses";
import type { Task } from "../../../kit/train-task.ts";
import { type PromptTokenizer, promptLength, type TextDecoder } from "../interfaces.ts";

/** Share of a prompt's words that the memory lacks. */
const dropped = 0.4;
const ignored = -100;

/** The decoder as a denoising auto-encoder: a fine prompt, given its own memory of it with words left out. */
export function decoderTask(
  decoder: TextDecoder,
  { prompts, tokenizer, seed }: { prompts: readonly string[]; tokenizer: PromptTokenizer; seed: number },
): Task {
  const rows = 64;
  const { ids } = tokenizer.encode(prompts);
  const { end } = tokenizer.words;
  const width = 2 * promptLength;
  return {
    rows,
    learningRate: 2e-3,
    init: decoder.init,
    loss(params, x, labels) {
      const corrupted = x.ref.slice([], [0, promptLength]);
      const memory = decoder.memory(refTree(params), corrupted);
      return tokenCrossEntropy(decoder.logits(params, memory, x.slice([], [promptLength, width])), labels);
    },
    batch(step) {
      const next = randomSource(derive(seed, step));
      const x = new Int32Array(rows * width).fill(end);
      const labels = new Int32Array(rows * promptLength).fill(ignored);
      for (let row = 0; row < rows; row++) {
        const prompt = Math.floor(next() * prompts.length);
        const own = ids.subarray(prompt * promptLength, (prompt + 1) * promptLength);
        const words = own.subarray(1, own.indexOf(end));
        x.set([own[0], ...words.filter(() => next() >= dropped)], row * width);
        x.set(own, row * width + promptLength);
        labels.set(own.subarray(1, words.length + 2), row * promptLength);
      }
      return { x: { data: x, shape: [width] }, y: { data: labels, shape: [promptLength] } };
    },
  };
}
