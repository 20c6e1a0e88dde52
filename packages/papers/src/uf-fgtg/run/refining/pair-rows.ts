import { type PromptExamples, promptExamples } from "@minimand/lab/prompts";
import { derive, randomSource } from "minimand/engine";
import { type Frozen, promptLength, type Triplet } from "../interfaces.ts";

/** A triplet with one of its coarse prompts. */
export interface Pair {
  coarse: string;
  fine: string;
  triplet: Triplet;
}

/** Triplets, each with one of its coarse prompts drawn at random. */
export function pairsOf(triplets: readonly Triplet[], seed: number): Pair[] {
  return triplets.map((triplet, i) => {
    const { coarse, fine } = triplet;
    const length = Math.floor(randomSource(derive(seed, i))() * coarse.length);
    return { coarse: coarse[length], fine, triplet };
  });
}

/** Pairs as rows of training, with the latents of their pictures. */
export function rowsOf({ tokenizer, latents }: Frozen, pairs: readonly Pair[]): PromptExamples["examples"] {
  const { examples } = promptExamples({
    tokenizer: tokenizer.words,
    length: promptLength,
    coarse: pairs.map(({ coarse }) => coarse),
    fine: pairs.map(({ fine }) => fine),
    latents: latents.encode(pairs.map(({ triplet }) => triplet.picture)),
    latentShape: [latents.size],
  });
  return examples;
}
