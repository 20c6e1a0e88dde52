import {
  noiseAdapter,
  type PromptAdapter,
  type RefinerParams,
  trainPromptRefiner,
} from "@minimand/lab/prompts";
import { adam, chain } from "minimand";
import { disposeTree, keyOf, refTree } from "minimand/engine";
import { clipByGlobalNorm, cosineSchedule } from "minimand/optimizers";
import type { TrialHost } from "../../../reproduction.ts";
import type { Arm } from "../arms.ts";
import { type Frozen, featureSize } from "../interfaces.ts";
import { schedule } from "../models/index.ts";
import { type Tuned, training } from "../settings.ts";
import { type Pair, rowsOf } from "./pair-rows.ts";

/** The adapter of an arm: no ReLU at its end, since the decoder's memory has both signs. */
export const adapterOf = ({ noise }: NonNullable<Arm["refiner"]>): PromptAdapter =>
  noiseAdapter({
    inputs: featureSize,
    outputs: featureSize,
    finalActivation: "none",
    vectors: noise ? training.vectors : 0,
  });

/** Where a refiner starts: at the frozen encoder and decoder, and a random adapter. */
export function startOf({ params }: Frozen, adapter: PromptAdapter, seed: number): RefinerParams {
  const { encoder, decoder } = refTree({ encoder: params.encoder, decoder: params.decoder });
  return { encoder, adapter: adapter.init(keyOf(seed, 17)), decoder };
}

/** What a trained refiner is, and what it came to. */
export interface Trained {
  params: RefinerParams;
  text: number;
  image: number;
  warnings: string[];
}

/** Trains the refiner of an arm. */
export async function trainRefiner(
  frozen: Frozen,
  pairs: readonly Pair[],
  {
    refiner,
    gamma,
    learningRate,
    seed,
    steps,
  }: Tuned & { refiner: NonNullable<Arm["refiner"]>; seed: number; steps: number },
  { compile, signal }: Pick<TrialHost, "compile" | "signal">,
): Promise<Trained> {
  const adapter = adapterOf(refiner);
  const { encoder, decoder, denoiser, params } = frozen;
  const start = startOf(frozen, adapter, seed);
  const {
    params: found,
    last,
    warnings,
  } = await trainPromptRefiner({
    encoder,
    adapter,
    decoder,
    end: frozen.tokenizer.words.end,
    params: start,
    ...(refiner.image && { denoiser, schedule, denoiserParams: params.denoiser }),
    examples: rowsOf(frozen, pairs),
    optimizer: chain(clipByGlobalNorm(training.clip), adam(cosineSchedule(learningRate, steps))),
    textGamma: refiner.text ? gamma : 0,
    trainDecoder: training.trainDecoder,
    size: training.size,
    steps,
    seed,
    compile,
    signal,
  });
  disposeTree(start);
  return { params: found, text: last.text, image: last.image, warnings };
}
