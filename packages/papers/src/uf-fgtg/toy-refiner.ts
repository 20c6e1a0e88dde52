import { type PromptRefiner, promptRefiner } from "minimand";
import { disposeTree } from "minimand/engine";
import type { TrialHost } from "../reproduction.ts";
import { armOf } from "./arms.ts";
import { type Frozen, promptLength } from "./interfaces.ts";
import { readRefiner, refinerPart } from "./refining/saved-refiner.ts";
import { adapterOf } from "./refining/train-refiner.ts";

/**
 * A committed refiner of the toy world's prompts, for `refinePrompt`.
 *
 * @param frozen the world's models, of `loadFrozen`; kept, and needed as long as the refiner
 * @param read gives the bytes of a file of the paper's folder
 * @param options `arm`, one with a committed refiner, default `still`, which keeps best to what is asked; its `seed`, default 0; `compile`
 * @throws what `read` throws; RangeError for another arm
 * @example
 * const frozen = await loadFrozen(assetOf)
 * const refiner = await loadToyRefiner(frozen, assetOf)
 * const rewrites = await refinePrompt(refiner, "red moon")
 */
export async function loadToyRefiner(
  frozen: Frozen,
  read: (path: string) => Promise<Uint8Array>,
  { arm = "still", seed = 0, compile }: { arm?: string; seed?: number; compile?: TrialHost["compile"] } = {},
): Promise<PromptRefiner> {
  const { refiner } = armOf(arm);
  if (refiner === undefined) throw new RangeError(`arm: expected one with a refiner, got '${arm}'`);
  const { encoder, decoder, tokenizer } = frozen;
  const adapter = adapterOf(refiner);
  const params = readRefiner(
    await read(`checkpoints/${refinerPart(arm, seed)}.safetensors`),
    frozen,
    adapter,
  );
  const ready = promptRefiner({
    ...{ encoder, adapter, decoder, params, tokenizer: tokenizer.words, length: promptLength, compile },
  });
  return {
    ...ready,
    dispose() {
      ready.dispose();
      disposeTree(params);
    },
  };
}
