import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Contents } from "@minimand/compare/artifacts";
import {
  type FinishedReproduction,
  finishReproduction,
  isOutcomeOf,
  localTrials,
  ofKept,
  papersHost,
  type ReproductionFile,
  readReproduction,
  readTuned,
  resultForm,
} from "@minimand/papers";
import { checkNumber } from "minimand/engine";
import { startEngine } from "minimand/start";
import { dataFolder } from "../../files/bundled.ts";
import { holdOutputFolder, inOutputFolder } from "../../files/output-folder.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { papersThreads } from "../../papers/papers-threads.ts";
import { prepareReproduction, requestReproduction } from "../../papers/reproduction-request.ts";
import { printableJson, tell } from "../../printable.ts";
import { textOf } from "../../queue/run-files.ts";
import { askedReproduction } from "../../queue/submissions.ts";
import { renderReproduction } from "../../report/reproduction.ts";
import { workersOf } from "../../run/concurrency.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { rowTables } from "../row-table.ts";
import { progressOnStderr } from "./progress-on-stderr.ts";
import { reportText } from "./report.ts";

/** What `minimand reproduce` was asked. */
export interface ReproduceOptions extends EngineAsked {
  seeds?: number;
  firstSeed?: number;
  quick?: true;
  full?: true;
  tune?: true;
  workers?: number;
  data?: string;
  store?: string;
  cache?: string;
  out?: string;
  json: boolean;
}

/** Runs the claim of a paper, or its tuning, and writes what came of it. */
export async function reproduce(slug: string, options: ReproduceOptions): Promise<void> {
  const { seeds = null, firstSeed = null, out = `minimand-reproduce-${slug}` } = options;
  const workers = workersOf(options);
  // A run lists each trial of its seeds before the first one.
  if (seeds !== null) {
    checkNumber("--seeds", seeds, { min: 1, integer: true });
    checkNumber("--seeds", seeds, { max: 1000 });
  }
  if (firstSeed !== null && !(firstSeed >= 0 && firstSeed < 2 ** 31))
    throw new RangeError(`--first-seed: expected an integer from 0 to 2147483647, got ${firstSeed}`);
  if (options.data !== undefined && !existsSync(options.data))
    throw new RangeError(`--data: expected a folder, got '${options.data}', which is not there`);
  const folders = [...(options.data === undefined ? [] : [resolve(options.data)]), dataFolder()];
  const scale = options.full ? "full" : options.quick ? "quick" : "default";
  const tune = options.tune === true;
  const { engine, note } = await chooseEngine(options);
  const request = await requestReproduction({ slug, scale, seeds, firstSeed, tune, engine }, folders);
  const prepared = await prepareReproduction(request, folders);
  const { context, data, asset } = prepared;
  const run = { command: "reproduce", ...context, scale, seeds, firstSeed: request.firstSeed, tune };
  const output = {
    out,
    run,
    ...(tune
      ? { files: ["tuned.json"] }
      : { files: ["report.html", "report.json"], schema: "minimand.reproduction/1" }),
  };
  const { store, cache } = options;
  if (store !== undefined) {
    await holdOutputFolder(output, async () => {
      if (note !== null) tell(note);
      await interruptible(async (signal) => {
        const submission = await askedReproduction(request, data, process.argv.slice(2));
        const setting = { store, concurrency: workers, engine, origins: [], submission, signal };
        const { runOnStore } = await import("../../worker/on-store.ts");
        const files = await runOnStore({ ...setting, ...(cache !== undefined && { cache }) });
        await write(finishedOf(files, store), slug, out, options.json);
      });
    });
    return;
  }
  await inOutputFolder(output, isOutcomeOf(await resultForm(slug)), async (trials) => {
    if (note !== null) tell(note);
    await startEngine();
    await interruptible(async (signal) => {
      const source = localTrials({
        store: trials,
        startPool: () => papersThreads(request, folders, workers, warnOnce(process.stderr)),
        inFlight: 2 * workers,
        context,
        signal,
      });
      const host = papersHost({ ...request, data, asset, source, signal });
      const finished = await finishReproduction(prepared, host, progressOnStderr(source));
      await write(finished, slug, out, options.json);
    });
  });
}

/** What came out elsewhere, by its files. */
function finishedOf(files: Contents, store: string): FinishedReproduction {
  const read = <T>(name: string, as: (text: string, place: string) => T): [T, Record<string, string>] => {
    const text = textOf(files, name);
    return [as(text, `${store}, ${name}`), { [name]: text }];
  };
  if ("tuned.json" in files) {
    const [tuned, own] = read("tuned.json", readTuned);
    return { kind: "tuned", tuned, files: own };
  }
  const [file, own] = read("report.json", readReproduction);
  return { kind: "measured", file, files: own };
}

async function write(
  finished: FinishedReproduction,
  slug: string,
  out: string,
  json: boolean,
): Promise<void> {
  const { files } = finished;
  if (finished.kind === "tuned") {
    const { tuned } = finished;
    await replaceTogether(out, files);
    print(
      json ? `${printableJson(tuned)}\n` : `${rowTables(Object.values(tuned.choices), terminalWidth())}\n`,
    );
    if (tuned.atEnds !== undefined && tuned.atEnds.length > 0)
      tell(
        `chosen at an end of what was tried, so that a wider grid may do better: ${tuned.atEnds.join("; ")}`,
      );
    tell(
      `${join(out, "tuned.json")} has what was tried and chosen; it is used once it is packages/papers/src/${slug}/tuned.json`,
    );
    return;
  }
  const { file } = finished;
  const { kept, total } = file.trials;
  if (kept > 0) tell(`${kept} of ${total} trials were there from an earlier run`);
  await replaceTogether(out, { "report.html": pageOf(file), ...files });
  print(json ? `${printableJson(file)}\n` : reportText(file, terminalWidth()));
  tell(`${join(out, "report.html")} contains the figures, ${join(out, "report.json")} all numbers`);
}

/** Trials that somebody else has made may have numbers that no figure can show. */
function pageOf(file: ReproductionFile): string {
  try {
    return renderReproduction(file);
  } catch (error) {
    throw file.trials.kept > 0 ? ofKept(error) : error;
  }
}
