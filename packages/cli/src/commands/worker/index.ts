import { originsOf, plural } from "@minimand/compare";
import type { Command } from "commander";
import { loadOwn } from "../../own/own-candidates.ts";
import { tell } from "../../printable.ts";
import { workersOf } from "../../run/concurrency.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { untilAborted } from "../../run/until-aborted.ts";
import { checkCache, sweepCache } from "../../store/blob-cache.ts";
import type { OpenStore } from "../../worker/on-store.ts";
import {
  cacheOption,
  engineOption,
  storeOption,
  threadsOption,
  wholeNumber,
  withOption,
} from "../options.ts";

interface Options extends EngineAsked {
  store?: string;
  concurrency?: number;
  with: string[];
  cache?: string;
}

/** `minimand worker`: computes trials of the runs of a store. */
export function define(command: Command): Command {
  return command
    .description(
      "Compute trials of the runs in a store, together with whoever else does; it may join and leave at any time, and nothing is lost.",
    )
    .addOption(storeOption())
    .option(
      "-c, --concurrency <n>",
      "trials at a time; default: one a core, fewer with --threads",
      wholeNumber,
    )
    .addOption(withOption("that runs in the store bring candidates or a model from: the same code as theirs"))
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(cacheOption())
    .addHelpText(
      "after",
      `
Examples:
  minimand worker --store postgres://db.example.org/minimand
  DATABASE_URL=postgres://me:secret@db.example.org/minimand minimand worker
  minimand worker --store postgres: --concurrency 4 --with ./focal2.ts

Ctrl-C or SIGTERM: what it has begun is given to others, and it leaves with exit code 0.`,
    )
    .action(async (options: Options) => {
      await worker(options);
    });
}

/** Milliseconds between two words on how much is done. */
const interval = 10_000;

async function worker(options: Options): Promise<void> {
  await interruptible(async (signal) => {
    try {
      await workUntil(signal, options);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      tell("left before it has joined");
    }
  });
}

/** @throws the signal's reason where that is aborted before it has joined */
async function workUntil(signal: AbortSignal, options: Options): Promise<void> {
  const { store, concurrency: workers, with: files, cache, threads } = options;
  // What speaks with a database is loaded where one is asked for: it looks up names of machines as soon as it is there.
  const { houseOf, inStore, workOn } = await import("../../worker/on-store.ts");
  const { checkJoining } = await import("../../worker/worker.ts");
  const { madeStore } = await import("../../store/made-store.ts");
  madeStore(store);
  const concurrency = workersOf({ workers, threads, option: "--concurrency" });
  await checkCache(cache);
  const origins = originsOf(await loadOwn(files));
  const { engine, note } = await chooseEngine(options);
  if (note !== null) tell(note);
  const work = async (open: OpenStore): Promise<void> => {
    const { database } = open;
    await untilAborted(signal, checkJoining({ database, house: houseOf(engine), origins }));
    await sweepCache(cache);
    tell(`works for ${database.name}, ${plural(concurrency, "trial")} at a time`);
    let done = 0;
    let last = performance.now();
    const onTrial = (): void => {
      done++;
      if (performance.now() - last < interval) return;
      last = performance.now();
      tell(`${plural(done, "trial")} done`);
    };
    const setting = { store, concurrency, engine, origins, log: tell, onTrial };
    await workOn(open, { ...setting, ...(cache !== undefined && { cache }) }, signal);
    tell(`left: ${plural(done, "trial")} done; others have what was begun`);
  };
  await inStore(store, work, signal);
}
