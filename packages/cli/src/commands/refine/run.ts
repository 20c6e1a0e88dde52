import { basename, join } from "node:path";
import { optionOf, plural, type TrialStore } from "@minimand/compare";
import type { Command } from "commander";
import { checkNumber } from "minimand/engine";
import { startEngine } from "minimand/start";
import { UsageError } from "../../failure.ts";
import { placeOf } from "../../files/apart.ts";
import { unmakeFolder } from "../../files/make-folder.ts";
import { inOutputFolder } from "../../files/output-folder.ts";
import { readBytes } from "../../files/read-bytes.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { printableJson, tell } from "../../printable.ts";
import { compilerOf } from "../../run/engine.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { stepProgress } from "../../run/progress.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { versions } from "../../version.ts";
import { isKept, type Kept } from "./collect-images.ts";
import { checkEndpoint } from "./image-endpoint.ts";
import { lostWordsNote } from "./lost-words.ts";
import { readPrompts, shortPrompts, trainOwnRefiner } from "./own-prompts.ts";
import type { PreferenceLossName } from "./preference-losses.ts";
import type { RefinedPrompt, RefineFile } from "./refine-file.ts";
import { drawnRewrites, type EndpointRun, learnFromEndpoint, readPicture, rewritesOf } from "./refine-run.ts";
import { type Refiner, readRefiner, refinerBytes } from "./refiner.ts";
import { mostShown, refineText, renderRefine } from "./report.ts";
import { loadScorer } from "./scorer.ts";
import { loadWorld, type World } from "./world.ts";

/** What `minimand refine` was asked. */
export interface RefineOptions extends Pick<EngineAsked, "engine"> {
  number: number;
  prompts?: string;
  refiner?: string;
  steps: number;
  passes: number;
  seed: number;
  endpoint?: string;
  allowHost: string[];
  model?: string;
  size?: string;
  scorer?: string;
  maxImages?: number;
  draws: number;
  atOnce: number;
  timeout: number;
  retries: number;
  loss: PreferenceLossName;
  flipRate?: number;
  out: string;
  json: boolean;
}

/** RefineOptions that mean something with an endpoint alone. */
const forEndpoints = [
  ...["allowHost", "scorer", "maxImages", "model", "size", "flipRate"],
  ...["draws", "atOnce", "timeout", "retries", "loss", "passes"],
];

/** What runs with an endpoint, checked before anything is done. */
async function endpointRun(options: RefineOptions, command: Command): Promise<EndpointRun | null> {
  const { endpoint, scorer, maxImages, flipRate, seed, loss, draws, atOnce, timeout, retries } = options;
  if (endpoint === undefined) {
    for (const name of forEndpoints)
      if (command.getOptionValueSource(name) === "cli")
        throw new UsageError(`${optionOf(name)}: expected an --endpoint with it, got none`);
    return null;
  }
  if (scorer === undefined)
    throw new UsageError("--scorer: expected a module that scores pictures with --endpoint, got none");
  if (maxImages === undefined)
    throw new UsageError(
      "--max-images: expected the most pictures to ask for with --endpoint, got none: they cost money",
    );
  for (const [name, value, least] of [
    ["max-images", maxImages, 1],
    ["draws", draws, 1],
    ["at-once", atOnce, 1],
    ["retries", retries, 0],
  ] as const)
    if (value < least) throw new RangeError(`--${name}: expected an integer >= ${least}, got ${value}`);
  if (flipRate !== undefined && !(flipRate >= 0 && flipRate < 0.5))
    throw new RangeError(`--flip-rate: expected a number >= 0 and < 0.5, got ${flipRate}`);
  const service = {
    url: endpoint,
    key: process.env.MINIMAND_IMAGE_KEY || null,
    allowHost: options.allowHost,
  };
  checkEndpoint(service);
  return {
    ...service,
    scorer: await loadScorer(scorer),
    maxImages,
    flipRate: flipRate ?? null,
    seed,
    loss,
    draws,
    atOnce,
    timeout,
    retries,
    passes: options.passes,
    ...(options.model !== undefined && { model: options.model }),
    ...(options.size !== undefined && { size: options.size }),
  };
}

/** A refiner with where it is from. */
interface Found {
  refiner: Refiner;
  world: World | null;
  from: RefineFile["refiner"];
  /** Prompts to take where none were given. */
  standard: string[];
}

/** Rewrites prompts, and learns from an image service where one is given. */
export async function refine(given: string[], options: RefineOptions, command: Command): Promise<void> {
  const { number: count, seed, out } = options;
  checkNumber("--number", count, { min: 1, integer: true });
  checkNumber("--number", count, { max: 1000 });
  for (const name of ["steps", "passes"] as const)
    if (!(options[name] >= 1))
      throw new RangeError(`--${name}: expected an integer >= 1, got ${options[name]}`);
  if (options.prompts !== undefined && options.refiner !== undefined)
    throw new UsageError("--refiner: expected a refiner or --prompts to train one, got both");
  const run = await endpointRun(options, command);
  if (given.length === 0 && (run === null || options.prompts === undefined))
    throw new UsageError("prompts: expected at least one to be rewritten, got none");
  const isInPlace = await isOf(out, options.refiner);
  if (isInPlace && run !== null)
    throw new UsageError(
      `--out: expected another folder than that of ${options.refiner}, which would be written over`,
    );
  // Before the work that hears Ctrl-C by itself: nothing else ends the wait for a pipe.
  const input = await inputOf(options);
  const { engine, note } = await chooseEngine(options);
  await startEngine();
  if (note !== null) tell(note);
  const compile = await compilerOf(engine, warnOnce(process.stderr));
  const schema = "minimand.refine/1";
  const files = ["refine.html", "results.json", learnedFile];
  const settings = { command: "refine", given, ...options, json: false, out: "" };
  // A folder that was there keeps no empty one of a refused run.
  const trials = join(out, "trials");
  await inOutputFolder<Kept>({ out, run: settings, files, schema }, isKept, (store) =>
    interruptible(async (signal) => {
      const found = await refinerOf(options, input, { store, compile, signal });
      const prompts = given.length > 0 ? given : found.standard;
      const name = found.from.source ?? "the refiner";
      const rewrites = await rewritesOf(found.refiner, prompts, { name, count, seed, compile }, signal);
      for (const [i, own] of rewrites.entries()) {
        if (own.length < count)
          tell(`'${prompts[i]}': ${plural(own.length, "rewrite")}, there are no others`);
        const lost = lostWordsNote(prompts[i], own);
        if (lost !== null) tell(lost);
      }
      let refined: RefinedPrompt[];
      let { refiner } = found;
      let preferences: RefineFile["preferences"] = null;
      if (run !== null) {
        const learned = await learnFromEndpoint(refiner, prompts, rewrites, run, {
          out,
          store,
          compile,
          signal,
        });
        ({ refined, refiner } = learned);
        preferences = learned.learned;
      } else if (found.world !== null) {
        refined = await drawnRewrites(prompts, rewrites, found.world.draw, { out, seed });
      } else {
        refined = prompts.map((prompt, i) => ({
          prompt,
          typed: { files: [], scores: [] },
          rewrites: rewrites[i].map((text) => ({ text, scores: [], files: [] })),
          after: [],
        }));
      }
      const file: RefineFile = {
        schema,
        created: new Date().toISOString(),
        versions: versions(),
        refiner: found.from,
        seed,
        prompts: refined,
        preferences,
      };
      const isTrained = run !== null || options.prompts !== undefined;
      await replaceTogether(out, {
        "refine.html": renderRefine(file, await shownPictures(out, refined)),
        "results.json": `${JSON.stringify(file, null, 1)}\n`,
        // One that this run has read stays.
        ...(!isInPlace && { [learnedFile]: isTrained ? await refinerBytes(refiner) : null }),
      });
      found.world?.dispose();
      print(options.json ? `${printableJson(file)}\n` : refineText(file));
    }),
  ).finally(() => unmakeFolder(trials, trials));
  tell(`${join(out, "refine.html")} shows them`);
}

/** The refiner in the folder of a run that has trained one. */
const learnedFile = "refiner.safetensors";

/** Whether a saved refiner is the one in a folder. */
async function isOf(out: string, saved: string | undefined): Promise<boolean> {
  if (saved === undefined) return false;
  return (await placeOf(saved)) === (await placeOf(join(out, learnedFile)));
}

/** What a file has to say for a refiner. */
interface Input {
  source: string;
  bytes: Uint8Array;
  sha256: string;
}

/** The saved refiner or the prompts, where there are any. */
async function inputOf({ prompts, refiner }: RefineOptions): Promise<Input | null> {
  const source = refiner ?? prompts;
  if (source === undefined) return null;
  const isStdin = refiner === undefined && source === "-";
  return { source, ...(await readBytes(isStdin ? process.stdin : source, source)) };
}

/** The refiner that was asked for. */
async function refinerOf(
  { refiner: saved, steps, seed }: RefineOptions,
  input: Input | null,
  {
    store,
    compile,
    signal,
  }: {
    store: TrialStore<Kept>;
    compile: Awaited<ReturnType<typeof compilerOf>>;
    signal: AbortSignal;
  },
): Promise<Found> {
  const known = (refiner: Refiner): number => refiner.tokens.length - 3;
  if (input === null) {
    const world = await loadWorld(compile);
    const { refiner } = world;
    const from = { kind: "world", source: null, sha256: null, words: known(refiner), loss: null } as const;
    return { refiner, world, from, standard: [] };
  }
  const { source: file, bytes, sha256 } = input;
  if (saved !== undefined) {
    const refiner = readRefiner(bytes, saved);
    const from = { kind: "saved", source: saved, sha256, words: known(refiner), loss: null } as const;
    return { refiner, world: null, from, standard: [] };
  }
  const own = readPrompts(bytes, basename(file));
  tell(
    `${basename(file)}: ${plural(own.prompts.length, "prompt")}${own.repeated > 0 ? `, ${own.repeated} left out that came before` : ""}`,
  );
  const key = { prompts: sha256, steps, seed, minimand: versions().minimand };
  const kept = await store.get(key);
  const { refiner, loss } =
    kept !== null && "refiner" in kept
      ? { refiner: readRefiner(Buffer.from(kept.refiner, "base64"), "kept refiner"), loss: kept.loss }
      : await newRefiner();
  async function newRefiner(): Promise<{ refiner: Refiner; loss: number }> {
    const progress = stepProgress(process.stderr);
    const { cut, warnings, ...trained } = await trainOwnRefiner(own, {
      steps,
      seed,
      compile,
      signal,
      onStep: (done) => progress.update(done, steps, "steps of training"),
    }).finally(() => progress.clear());
    if (cut > 0) tell(`${plural(cut, "prompt")} cut to ${trained.refiner.length - 2} words`);
    for (const warning of warnings) tell(warning);
    const bytes = await refinerBytes(trained.refiner);
    await store.put(key, { refiner: Buffer.from(bytes).toString("base64"), loss: trained.loss });
    return trained;
  }
  tell(`trained to ${loss.toFixed(2)} nats a word, ${plural(known(refiner), "word")} known`);
  return {
    refiner,
    world: null,
    from: { kind: "own prompts", source: basename(file), sha256, words: known(refiner), loss },
    standard: shortPrompts(own, 10, seed),
  };
}

/** Bytes of the pictures that a page can hold. */
async function shownPictures(
  out: string,
  refined: readonly RefinedPrompt[],
): Promise<Map<string, Uint8Array>> {
  const shown = new Map<string, Uint8Array>();
  let size = 0;
  for (const { typed, rewrites } of refined)
    for (const file of [...typed.files, ...rewrites.flatMap(({ files }) => files)]) {
      if (shown.has(file)) continue;
      const bytes = await readPicture(out, file);
      size += bytes.length;
      if (size > mostShown) return shown;
      shown.set(file, bytes);
    }
  return shown;
}
