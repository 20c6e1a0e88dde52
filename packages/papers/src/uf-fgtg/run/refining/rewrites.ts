import { promptRefiner, type RefinerParams, refinePrompt } from "@minimand/lab/prompts";
import { derive, randomSource } from "minimand/engine";
import type { TrialHost } from "../../../reproduction.ts";
import type { Arm } from "../arms.ts";
import { type Frozen, promptLength, type Triplet } from "../interfaces.ts";
import { bigramContinuer, meanModifiers, withRandomModifiers } from "./by-rule.ts";
import type { Pair } from "./pair-rows.ts";
import { adapterOf } from "./train-refiner.ts";

/** Prompts of a rule for each pair, `count` of each. */
export async function ruledPrompts(
  { id }: Arm,
  { tokenizer }: Frozen,
  pairs: readonly Pair[],
  triplets: readonly Triplet[],
  { count, seed }: { count: number; seed: number },
): Promise<string[][]> {
  const each = (make: (pair: Pair, i: number, k: number) => string): string[][] =>
    pairs.map((pair, i) => Array.from({ length: count }, (_, k) => make(pair, i, k)));
  if (id === "coarse") return each(({ coarse }) => coarse);
  if (id === "fine") return each(({ fine }) => fine);
  if (id === "random") {
    const modifiers = meanModifiers(triplets);
    return each(({ coarse }, i, k) =>
      withRandomModifiers(coarse, modifiers, randomSource(derive(seed, i, k))),
    );
  }
  const continued = bigramContinuer(triplets, tokenizer.words);
  const flat = await continued(each(({ coarse }) => coarse).flat(), promptLength, seed);
  return pairs.map((_, i) => flat.slice(i * count, (i + 1) * count));
}

/** Rewrites of a refiner for each prompt, `count` of each: where there are fewer, they come again in turn. */
export async function rewrites(
  { encoder, decoder, tokenizer }: Frozen,
  { refiner, params }: { refiner: NonNullable<Arm["refiner"]>; params: RefinerParams },
  prompts: readonly string[],
  { count, seed }: { count: number; seed: number },
  { compile }: Pick<TrialHost, "compile">,
): Promise<string[][]> {
  const ready = promptRefiner({
    encoder,
    adapter: adapterOf(refiner),
    decoder,
    params,
    compile,
    tokenizer: tokenizer.words,
    length: promptLength,
    rows: Math.max(count, 2),
  });
  try {
    const all: string[][] = [];
    for (const [i, prompt] of prompts.entries()) {
      const found = await refinePrompt(ready, prompt, { count, seed: derive(seed, i) });
      all.push(Array.from({ length: count }, (_, k) => found[k % found.length]));
    }
    return all;
  } finally {
    ready.dispose();
  }
}
