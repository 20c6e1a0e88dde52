import type { RefinerParams } from "@minimand/lab/prompts";
import { derive, disposeTree } from "minimand/engine";
import type { Trial } from "../../kit/collect.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Arm, armOf } from "./arms.ts";
import type { Frozen, Picture, PictureGenerator, PictureJudge, World } from "./interfaces.ts";
import { disposeFrozen, loadFrozen, pictureGenerator, pictureJudge } from "./models/index.ts";
import { aestheticsOf, type Looks } from "./refining/aesthetics.ts";
import { heldOutLoss } from "./refining/held-out.ts";
import { type Judged, judgePictures } from "./refining/judge-pictures.ts";
import { learnPreferences } from "./refining/learn-preferences.ts";
import { type Pair, pairsOf } from "./refining/pair-rows.ts";
import { rewrites, ruledPrompts } from "./refining/rewrites.ts";
import { readRefiner, refinerPart } from "./refining/saved-refiner.ts";
import { adapterOf, trainRefiner } from "./refining/train-refiner.ts";
import { type Amounts, guidance, shown, type Tuned, worldSeed } from "./settings.ts";
import { worldOf } from "./world/index.ts";

/** An arm, and how much is done. */
export interface Spec extends Omit<Amounts, "seeds">, Tuned {
  arm: string;
  seed: number;
  /** The first of the test prompts. */
  from: number;
  /** Whether the refiner is trained here; otherwise it is read from the paper's folder. */
  trained: boolean;
}

export interface Result extends Judged {
  /** Held-out denoising loss by the encoder of this arm; of arms without one by the untrained encoder. */
  heldOut: number;
  /** Different rewrites of a prompt. */
  different: number;
  /** Last losses of training; null where nothing was trained. */
  losses: { text: number; image: number } | null;
  /** Pairs and flip rate where preferences were learned. */
  preferences: { pairs: number; flipRate: number } | null;
  /** Some prompts with their first rewrite and its picture, in bytes. */
  examples: { prompt: string; rewrite: string; rgb: number[] }[];
  seconds: number;
}

/** A trial with what came of it. */
export type Measured = Trial<Spec, Result>;

/** What all trials of a thread share. */
interface Studio {
  frozen: Frozen;
  world: World;
  generator: PictureGenerator;
  judge: PictureJudge;
  looksOf: (picture: Picture) => Looks;
}

let studio: { triplets: number; asset: TrialHost["asset"]; made: Promise<Studio> } | undefined;

/** Models of a host's files and data of a size, made once a thread. */
async function studioOf(triplets: number, host: TrialHost): Promise<Studio> {
  const { asset } = host;
  if (studio?.triplets !== triplets || studio.asset !== asset) {
    const last = studio;
    studio = { triplets, asset, made: makeStudio(triplets, host) };
    if (last !== undefined) {
      const { generator, judge, frozen } = await last.made;
      generator.dispose();
      judge.dispose();
      disposeFrozen(frozen);
    }
  }
  return studio.made;
}

async function makeStudio(triplets: number, host: TrialHost): Promise<Studio> {
  if (host.asset === undefined) throw new Error("host: expected one that reads the paper's files, got none");
  const frozen = await loadFrozen(host.asset);
  const world = worldOf(worldSeed, { train: triplets });
  return {
    frozen,
    world,
    generator: pictureGenerator(frozen, { compile: host.compile }),
    judge: pictureJudge(frozen, { compile: host.compile }),
    looksOf: aestheticsOf(world.test.map(({ picture }) => picture)),
  };
}

/** Trains or reads the refiner of an arm, rewrites the test's prompts, draws them and judges the pictures. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  const begin = performance.now();
  const arm = armOf(spec.arm);
  const { frozen, world, generator, judge, looksOf } = await studioOf(spec.triplets, host);
  const pairs = pairsOf(world.test.slice(spec.from, spec.from + spec.prompts), derive(worldSeed, 7));
  const prompts = pairs.map(({ coarse }) => coarse);
  const amount = { count: spec.rewrites, seed: derive(spec.seed, 11) };

  const refined =
    arm.refiner && (await refinerOf(arm, spec, { frozen, world, generator, judge, looksOf }, host));
  const rewritten =
    refined === undefined
      ? await ruledPrompts(arm, frozen, pairs, world.train, amount)
      : await rewrites(frozen, { refiner: arm.refiner!, params: refined.params }, prompts, amount, host);
  const pictures = await generator.generate(rewritten.flat(), derive(spec.seed, 13), {
    steps: spec.pictureSteps,
    guidance,
  });
  const judged = await judgePictures(
    prompts,
    rewritten,
    rewritten.map((_, i) => pictures.slice(i * spec.rewrites, (i + 1) * spec.rewrites)),
    looksOf,
    judge,
  );
  const encoder = refined?.params.encoder ?? frozen.params.encoder;
  const heldOut = await heldOutLoss(frozen, encoder, heldOutPairs(world), host);
  if (refined !== undefined) disposeTree(refined.params);
  return {
    ...judged,
    heldOut,
    different: mean(rewritten.map((texts) => new Set(texts).size)),
    losses: refined?.losses ?? null,
    preferences: refined?.preferences ?? null,
    examples: prompts.slice(0, shown).map((prompt, i) => ({
      prompt,
      rewrite: rewritten[i][0],
      rgb: Array.from(pictures[i * spec.rewrites], (value) => Math.round(255 * value)),
    })),
    seconds: (performance.now() - begin) / 1000,
  };
}

/** The same for all arms, whatever the number of test prompts. */
const heldOutPairs = ({ test }: World): Pair[] => pairsOf(test.slice(-100), derive(worldSeed, 8));

interface Refined {
  params: RefinerParams;
  losses: Result["losses"];
  preferences: Result["preferences"];
}

/** The refiner of a spec's arm, trained or read; its parameters are the caller's. */
export async function refine(spec: Spec, host: TrialHost): Promise<Refined> {
  return refinerOf(armOf(spec.arm), spec, await studioOf(spec.triplets, host), host);
}

async function refinerOf(arm: Arm, spec: Spec, tools: Studio, host: TrialHost): Promise<Refined> {
  const { frozen, world } = tools;
  const refiner = arm.refiner!;
  if (!spec.trained) {
    const bytes = await host.asset!(`checkpoints/${refinerPart(arm.id, spec.seed)}.safetensors`);
    return { params: readRefiner(bytes, frozen, adapterOf(refiner)), losses: null, preferences: null };
  }
  const pairs = pairsOf(world.train, derive(spec.seed, 3));
  const { gamma, learningRate, seed, steps } = spec;
  const { params, text, image } = await trainRefiner(
    frozen,
    pairs,
    { refiner, gamma, learningRate, seed, steps },
    host,
  );
  const losses = { text, image };
  if (refiner.preferred === undefined) return { params, losses, preferences: null };
  const asked = pairs.slice(-spec.judged).map(({ coarse }) => coarse);
  const learned = await learnPreferences(
    frozen,
    { refiner, params },
    asked,
    { seed: derive(seed, 5), steps: spec.judgedSteps },
    tools,
    host,
  );
  disposeTree(params);
  return {
    params: learned.params,
    losses,
    preferences: { pairs: learned.pairs, flipRate: learned.flipRate },
  };
}
