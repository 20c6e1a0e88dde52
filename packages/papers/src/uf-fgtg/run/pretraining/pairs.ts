import { derive, randomSource } from "minimand/engine";
import type { Picture } from "../interfaces.ts";
import { cfpMini, renderScene, sceneOfPrompt } from "../world/index.ts";

/** A text and a picture of it. */
export interface Pair {
  prompt: string;
  picture: Picture;
}

/**
 * What the models of the world have seen: fine prompts with their pictures, and after every second of them one of its coarse prompts
 * with the picture that the world draws for that. Without the latter nothing would have shown what short prompts look like.
 */
export function pretrainingPairs({ seed, fine }: { seed: number; fine: number }): Pair[] {
  return cfpMini({ seed, triplets: fine }).flatMap(({ fine: prompt, picture, coarse }, i) => {
    const pair = { prompt, picture };
    if (i % 2 === 1) return [pair];
    const random = randomSource(derive(seed, i, 1));
    const short = coarse[Math.floor(random() * coarse.length)];
    return [pair, { prompt: short, picture: renderScene(sceneOfPrompt(short, random)) }];
  });
}
