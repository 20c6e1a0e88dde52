import type { RefinerParams } from "@minimand/lab/prompts";
import { disposeTree } from "minimand/engine";
import type { TrialHost } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import { featureSize, promptLength } from "./interfaces.ts";
import { disposeFrozen, loadFrozen, pictureGenerator } from "./models/index.ts";
import { readRefiner, refinerPart } from "./refining/saved-refiner.ts";
import { adapterOf } from "./refining/train-refiner.ts";
import { side } from "./world/render.ts";

/** The arm whose committed refiner keeps best to what is asked. */
const committed = { arm: "still", seed: 0 } as const;

/** The toy world: a refiner of its prompts, and its image model. */
export interface PromptWorld {
  /** Words by id, tokens of a prompt, numbers at each place, vectors of noise, and parameters, which stay the world's. */
  refiner: {
    tokens: readonly string[];
    length: number;
    size: number;
    vectors: number;
    params: RefinerParams;
  };
  /** A picture of each prompt, bytes of red, green and blue row by row; the same place and seed have the same noise. */
  draw(prompts: readonly string[], seed: number): Promise<{ rgb: Uint8Array; width: number }[]>;
  dispose(): void;
}

/**
 * Loads the toy world with a refiner that was trained in it.
 *
 * @param read gives the bytes of a file of the paper's folder
 * @throws what `read` throws
 */
export async function loadPromptWorld(
  read: (path: string) => Promise<Uint8Array>,
  { compile }: Pick<TrialHost, "compile"> = {},
): Promise<PromptWorld> {
  const frozen = await loadFrozen(read);
  const adapter = adapterOf(armOf(committed.arm).refiner!);
  const file = `checkpoints/${refinerPart(committed.arm, committed.seed)}.safetensors`;
  const params = readRefiner(await read(file), frozen, adapter);
  const generator = pictureGenerator(frozen, { compile });
  return {
    refiner: {
      tokens: frozen.tokenizer.words.tokens,
      length: promptLength,
      size: featureSize,
      vectors: adapter.noiseShape[0],
      params,
    },
    async draw(prompts, seed) {
      const pictures = await generator.generate(prompts, seed);
      return pictures.map((picture) => ({
        rgb: Uint8Array.from(picture, (value) => Math.round(255 * value)),
        width: side,
      }));
    },
    dispose() {
      generator.dispose();
      disposeTree(params);
      disposeFrozen(frozen);
    },
  };
}
