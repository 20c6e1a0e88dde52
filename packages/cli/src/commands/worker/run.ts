import { originsOf, plural } from "@minimand/compare";
import { loadOwn } from "../../own/own-candidates.ts";
import { tell } from "../../printable.ts";
import { workersOf } from "../../run/concurrency.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { untilAborted } from "../../run/until-aborted.ts";
import { checkCache, sweepCache } from "../../store/blob-cache.ts";
import type { OpenStore } from "../../worker/on-store.ts";

/** What `minimand worker` was asked. */
export interface WorkerOptions extends EngineAsked {
  store?: string;
  workers?: number;
  /** The old name of `workers`. */
  concurrency?: number;
  with: string[];
  cache?: string;
}

/** Milliseconds between two words on how much is done. */
const interval = 10_000;

/** Computes trials of the runs in a store until it is interrupted. */
export async function worker(options: WorkerOptions): Promise<void> {
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
async function workUntil(signal: AbortSignal, options: WorkerOptions): Promise<void> {
  const { store, workers = options.concurrency, with: files, cache, threads } = options;
  // What speaks with a database is loaded where one is asked for: it looks up names of machines as soon as it is there.
  const { environmentOf, inStore, workOn } = await import("../../worker/on-store.ts");
  const { checkJoining } = await import("../../worker/worker.ts");
  const { madeStore } = await import("../../store/made-store.ts");
  madeStore(store);
  const concurrency = workersOf({ workers, threads });
  await checkCache(cache);
  const origins = originsOf(await loadOwn(files));
  const { engine, note } = await chooseEngine(options);
  if (note !== null) tell(note);
  const work = async (open: OpenStore): Promise<void> => {
    const { database } = open;
    await untilAborted(signal, checkJoining({ database, environment: environmentOf(engine), origins }));
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
