import { join } from "node:path";
import { plural, type TrialStore } from "@minimand/compare";
import { type PromptRefiner, refinePrompt } from "@minimand/lab/prompts";
import { type Compile, derive } from "minimand/engine";
import { UsageError } from "../../failure.ts";
import { checkNoLink } from "../../files/inside.ts";
import { makeFolder } from "../../files/make-folder.ts";
import { readRegular } from "../../files/read-regular.ts";
import { mean } from "../../mean.ts";
import { tell } from "../../printable.ts";
import { duration, progressLine, stepProgress } from "../../run/progress.ts";
import { collectImages, type Kept, type Wanted } from "./collect-images.ts";
import { type EndpointOptions, imageEndpoint } from "./image-endpoint.ts";
import { keepPicture, type Picture } from "./picture.ts";
import type { PreferenceLossName } from "./preference-losses.ts";
import { learnPreferences, preferencesOf, scoredRewrites } from "./preferring.ts";
import type { LearnedPreferences, RefinedPrompt } from "./refine-file.ts";
import { type Refiner, readyRefiner } from "./refiner.ts";
import type { Scorer } from "./scorer.ts";
import { openSpending } from "./spending.ts";

/** Folder of the pictures in the output folder. */
const picturesFolder = "pictures";

/** Rewrites of each prompt, in the refiner's order. @param name of the refiner, for errors */
export async function rewritesOf(
  refiner: Refiner,
  prompts: readonly string[],
  { name, count, seed, compile }: { name: string; count: number; seed: number; compile: Compile | undefined },
  signal: AbortSignal,
): Promise<string[][]> {
  const ready: PromptRefiner = readyRefiner(refiner, count, compile, name);
  const progress = progressLine(process.stderr);
  try {
    const all: string[][] = [];
    for (const [i, prompt] of prompts.entries()) {
      signal.throwIfAborted();
      all.push(await refinePrompt(ready, prompt, { count, seed: derive(seed, i) }));
      progress.update(i + 1, prompts.length, "prompts");
    }
    return all;
  } finally {
    progress.clear();
    ready.dispose();
  }
}

/** Rewrites with a picture of each, and of the prompt itself, by an image model that draws at once. */
export async function drawnRewrites(
  prompts: readonly string[],
  rewrites: readonly (readonly string[])[],
  draw: (prompts: readonly string[], seed: number) => Promise<Picture[]>,
  { out, seed }: { out: string; seed: number },
): Promise<RefinedPrompt[]> {
  const folder = join(out, picturesFolder);
  checkNoLink(folder);
  await makeFolder(folder);
  const refined: RefinedPrompt[] = [];
  for (const [i, prompt] of prompts.entries()) {
    // From the same noise each: what differs is what the words do.
    const pictures: string[] = [];
    for (const text of [prompt, ...rewrites[i]])
      pictures.push((await keepPicture(folder, (await draw([text], derive(seed, i)))[0])).file);
    refined.push({
      prompt,
      typed: { files: [pictures[0]], scores: [] },
      rewrites: rewrites[i].map((text, k) => ({ text, scores: [], files: [pictures[k + 1]] })),
      after: [],
    });
  }
  return refined;
}

/** How a refiner is to learn from a service's pictures. */
export interface EndpointRun extends Omit<EndpointOptions, "spending"> {
  scorer: Scorer;
  maxImages: number;
  /** Pictures of each rewrite. */
  draws: number;
  atOnce: number;
  loss: PreferenceLossName;
  flipRate: number | null;
  /** How often each pair is seen. */
  passes: number;
  seed: number;
}

/** What came of the pictures of a service. */
export interface EndpointResult {
  refined: RefinedPrompt[];
  refiner: Refiner;
  learned: LearnedPreferences;
}

/** Pairs of a step of learning. */
const pairsAStep = 32;

/** How often two scores of a picture are taken to disagree where nothing tells. */
const assumedFlips = 0.1;

/**
 * Pictures of each prompt and its rewrites by a service, scores of them, preferences of those, and a refiner that has learned from
 * these.
 *
 * @throws UsageError where fewer pictures are allowed than two rewrites of a prompt need, all are refused, or no two scores differ
 */
export async function learnFromEndpoint(
  refiner: Refiner,
  prompts: readonly string[],
  rewrites: readonly (readonly string[])[],
  run: EndpointRun,
  {
    out,
    store,
    compile,
    signal,
  }: { out: string; store: TrialStore<Kept>; compile: Compile | undefined; signal: AbortSignal },
): Promise<EndpointResult> {
  const { scorer, maxImages, draws, loss, passes, seed } = run;
  const spending = await openSpending(join(out, "asked.txt"), maxImages);
  const wanted: Wanted[] = prompts.flatMap((prompt, i) =>
    [prompt, ...rewrites[i]].flatMap((rewrite) =>
      Array.from({ length: draws }, (_, draw) => ({ prompt, rewrite, draw })),
    ),
  );
  if (wanted.length > maxImages)
    throw new UsageError(
      `--max-images: expected at least ${wanted.length} for ${plural(prompts.length, "prompt")} with ${plural(draws, "picture")} of each rewrite and of the prompt itself, got ${maxImages}`,
    );
  const drawing = progressLine(process.stderr);
  const collected = await collectImages(wanted, {
    service: imageEndpoint({
      ...run,
      spending,
      onWait(milliseconds, why) {
        drawing.clear();
        tell(`the service says ${why}: asked again in ${duration(milliseconds)}`);
      },
    }),
    scorer,
    store,
    signal,
    atOnce: run.atOnce,
    folder: join(out, picturesFolder),
    context: { endpoint: run.url, model: run.model ?? null, size: run.size ?? null },
    progress: drawing,
  }).catch(async (error: unknown) => {
    await spending.written();
    if (error instanceof UsageError)
      error.message += `; ${plural(spending.spent, "picture")} asked for so far, and what was made is kept: the same command goes on`;
    throw error;
  });
  await spending.written();
  const { judged, without } = collected;
  const why = without.at(0)?.why;
  if (judged.length === 0)
    throw new UsageError(`--endpoint: expected a picture of some prompt, got none: ${why}`);
  for (const line of new Set(without.map(({ rewrite, why }) => `no picture of '${rewrite}': ${why}`)))
    tell(line);
  const scored = scoredRewrites(judged);
  const { pairs, flipRate: found } = preferencesOf(scored);
  if (pairs.length === 0)
    throw new UsageError(
      `--scorer ${scorer.file}: expected scores that differ between rewrites, got the same`,
    );
  const flipRate = run.flipRate ?? found ?? assumedFlips;
  const steps = Math.max(10, Math.round((passes * pairs.length) / pairsAStep));
  const progress = stepProgress(process.stderr);
  const better = await learnPreferences(refiner, pairs, {
    loss,
    flipRate,
    steps,
    seed,
    compile,
    signal,
    onStep: (done) => progress.update(done, steps, "steps of learning"),
  }).finally(() => progress.clear());
  const of = (prompt: string, text: string) => {
    const own = judged.filter((one) => one.prompt === prompt && one.rewrite === text);
    return { scores: own.map(({ score }) => score), files: own.map(({ file }) => file) };
  };
  const scoreOf = ({ scores }: { scores: number[] }): number =>
    scores.length === 0 ? Number.NEGATIVE_INFINITY : mean(scores);
  const again = { name: "the refiner after --endpoint", count: rewrites[0].length, seed, compile };
  const after = await rewritesOf(better, prompts, again, signal);
  return {
    refiner: better,
    refined: prompts.map((prompt, i) => ({
      prompt,
      typed: of(prompt, prompt),
      rewrites: rewrites[i]
        .map((text) => ({ text, ...of(prompt, text) }))
        .toSorted((a, b) => scoreOf(b) - scoreOf(a)),
      after: after[i],
    })),
    learned: {
      endpoint: new URL(run.url).host,
      model: run.model ?? null,
      scorer: scorer.file,
      spent: spending.spent,
      pictures: judged.length,
      pairs: pairs.length,
      loss,
      flipRate,
      flipRateFrom: run.flipRate !== null ? "given" : found !== null ? "two pictures a rewrite" : "assumed",
      without: without.map(({ rewrite, why }) => ({ rewrite, why })),
    },
  };
}

/** Bytes of a picture of the folder. */
export const readPicture = (out: string, file: string): Promise<Buffer> =>
  readRegular(join(out, picturesFolder, file));
