import { setTimeout as sleep } from "node:timers/promises";
import type { Origin } from "@minimand/compare";
import { messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import type { Database } from "../store/database.ts";
import { giveUp, noteTries } from "./attempts.ts";
import { claim, reap, unclaim } from "./claims.ts";
import { type House, lacking } from "./house.ts";
import { type Jobs, mostTries, type RunJob, type Taken, type TrialJob } from "./jobs.ts";
import { join, leads, type Presence, processor, vanished } from "./presence.ts";
import { type Done, keepResults } from "./results.ts";
import { beginRun, failRun, findRun, type Run, runsToServe, tellEvent } from "./run-store.ts";
import { NotPrepared, type RunThreads } from "./run-threads.ts";
import { makeTurns } from "./turns.ts";
import { settle, wanted } from "./waiting.ts";

/** What a worker works with. */
export interface WorkerOptions {
  database: Database;
  /** Its queues, of which missed heartbeats are looked for. */
  jobs: Jobs;
  /** Trials at a time. */
  concurrency: number;
  house: House;
  /** Modules of `--with` that it has. */
  origins: readonly Origin[];
  /** What computes trials; ended with the worker. */
  threads: RunThreads;
  /** Plans a run, waits for its trials, and finishes it. */
  coordinate: (run: Run, signal: AbortSignal) => Promise<void>;
  /** Told what happens, a line each. */
  log: (text: string) => void;
  /** Told of each trial that was done. */
  onTrial?: (run: string) => void;
  signal: AbortSignal;
}

/** Runs that a worker coordinates at a time: they mostly wait. */
const mostRuns = 3;

/** Milliseconds: between looks for work, signs of life, and looks for workers that are gone; how long a lead is held before its word counts. */
const [idle, pulse, watch, grace] = [250, 2000, 500, 5000];

/** Milliseconds that leaving may take. */
const patience = 10_000;

/** Milliseconds of work that is taken at a time, and the most trials for each slot of it. */
const [ahead, mostAhead] = [1000, 20];

/**
 * Works until the signal is aborted: gives back what it has then, and leaves.
 *
 * @throws UsageError where it can take part in none of the runs that are open; whatever keeps it from starting a run's threads, as a full
 *   disk, and the database's error where that is gone for too long. What it had is given back first where that can be
 */
export async function work(options: WorkerOptions): Promise<void> {
  const { database, house, concurrency, threads, signal } = options;
  await checkJoining(options);
  const presence = await join(database, { house, concurrency });
  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const worker = makeWorker(options, { presence, stop });
  const end = Promise.withResolvers<never>();
  const guarded = (loop: Promise<void>): Promise<void> =>
    loop.catch((error: unknown) => {
      if (stop.aborted) return;
      broken.abort(error);
      end.reject(error);
    });
  const loops = [...worker.loops].map((loop) => guarded(loop()));
  try {
    await Promise.race([Promise.all(loops), end.promise]);
  } finally {
    broken.abort();
    await threads.destroy();
    await Promise.allSettled(loops);
    // Where the database is gone, others find out without a word.
    await Promise.race([
      worker.leave().then(() => presence.leave()),
      sleep(patience, undefined, { ref: false }),
    ]);
  }
}

/** Says which open runs this worker can't take part in; refused where that is all of them. */
async function checkJoining({ database, house, origins, log }: WorkerOptions): Promise<void> {
  const open = await runsToServe(database);
  const refusals = open.flatMap(({ id, title, needs, origins: wanted }) => {
    const lack = lacking({ ...house, origins }, { ...needs, origins: wanted });
    return lack === null ? [] : [`run ${id} (${title}): ${lack}`];
  });
  if (refusals.length > 0 && refusals.length === open.length) throw new UsageError(`worker: ${refusals[0]}`);
  for (const refusal of refusals) log(`left to others: ${refusal}`);
}

interface Parts {
  presence: Presence;
  stop: AbortSignal;
}

function makeWorker(options: WorkerOptions, { presence, stop }: Parts) {
  const {
    database,
    jobs,
    concurrency,
    house,
    origins,
    threads,
    coordinate,
    log,
    onTrial = () => {},
  } = options;
  const self = { worker: presence.id, cpu: processor() };
  const turns = makeTurns();
  /** Taken, and not begun. */
  const waiting: Taken<TrialJob>[] = [];
  const held = new Map<string, Taken<TrialJob | RunJob>>();
  const done: Done[] = [];
  const told = new Set<string>();
  let houses: string[] = [];
  let mean: number | null = null;
  let running = 0;
  let keeping: Promise<void> | null = null;

  const pause = (milliseconds: number): Promise<unknown> =>
    sleep(milliseconds, undefined, { signal: stop }).catch(() => {});

  async function look(): Promise<void> {
    const open = await runsToServe(database);
    const able = open.filter(
      ({ needs, origins: wanted }) => lacking({ ...house, origins }, { ...needs, origins: wanted }) === null,
    );
    houses = [...new Set(able.map((run) => run.house))];
  }

  /** Takes about a second's work, of which nothing is begun yet. */
  async function refill(): Promise<void> {
    const each = mean === null ? 1 : Math.min(mostAhead, Math.max(1, Math.round(ahead / mean)));
    for (const own of houses) {
      const missing = concurrency * each - waiting.length;
      if (missing <= 0) return;
      const taken = await jobs.takeTrials(own, missing);
      if (taken.length === 0) continue;
      for (const one of taken) held.set(one.id, one);
      await claim(database, presence.id, taken);
      const wantedKeys = await wanted(database, taken);
      const needless = taken.filter(({ data }) => !wantedKeys.has(data.key));
      if (needless.length > 0) await letGo(needless);
      waiting.push(...taken.filter(({ data }) => wantedKeys.has(data.key)));
    }
  }

  /** Jobs of trials that are done, or that nobody needs. */
  async function letGo(taken: readonly Taken<TrialJob>[]): Promise<void> {
    await settle(
      database,
      taken.map(({ data }) => data.key),
    );
    await jobs.complete(taken);
    await unclaim(database, presence.id, taken);
    for (const { id } of taken) held.delete(id);
  }

  let refilling: Promise<void> | null = null;
  async function next(): Promise<Taken<TrialJob> | undefined> {
    while (!stop.aborted) {
      if (waiting.length < concurrency) {
        refilling ??= refill().finally(() => {
          refilling = null;
        });
        if (waiting.length === 0) await refilling;
        else refilling.catch(() => {});
      }
      const taken = waiting.shift();
      if (taken !== undefined) return taken;
      await pause(idle);
    }
  }

  async function slot(): Promise<void> {
    for (let taken = await next(); taken !== undefined; taken = await next()) await attempt(taken);
  }

  async function attempt(taken: Taken<TrialJob>): Promise<void> {
    const { data, tries } = taken;
    if (tries >= mostTries) {
      await giveUp(database, taken);
      await jobs.complete([taken]);
      await unclaim(database, presence.id, [taken]);
      held.delete(taken.id);
      log(`run ${data.run}: a trial has failed ${tries} times, and counts as failed`);
      return;
    }
    // The last attempt is made alone, so that whatever it takes along is no other trial's fault.
    const turn = tries === mostTries - 1 ? turns.alone : turns.together;
    const started = performance.now();
    let kept: unknown;
    running++;
    try {
      kept = await turn(() => threads.use(data.run, (own) => own.run(JSON.parse(data.job))));
    } catch (error) {
      if (stop.aborted || error instanceof NotPrepared) throw error;
      const reason = messageOf(error);
      await noteTries(database, [data.key], reason);
      await jobs.fail(taken.queue, taken.attempt);
      await unclaim(database, presence.id, [taken]);
      held.delete(taken.id);
      log(`run ${data.run}: a trial failed (attempt ${tries + 1} of ${mostTries}): ${reason}`);
      await tellEvent(
        database,
        data.run,
        "retry",
        `a trial failed (attempt ${tries + 1} of ${mostTries}): ${reason}`,
      );
      return;
    } finally {
      running--;
    }
    const milliseconds = performance.now() - started;
    mean = mean === null ? milliseconds : 0.8 * mean + 0.2 * milliseconds;
    done.push({ taken, kept, seconds: milliseconds / 1000 });
    keeping ??= keepAll().finally(() => {
      keeping = null;
    });
    // One that can't be kept ends the worker; the next trial doesn't wait for it.
    keeping.catch(() => {});
    if (done.length > mostAhead * concurrency) await keeping;
  }

  /** Keeps what is done, and what is done meanwhile. */
  async function keepAll(): Promise<void> {
    while (done.length > 0) {
      const batch = done.slice(0, mostAhead);
      await keepResults(database, jobs, self, batch);
      done.splice(0, batch.length);
      for (const { taken } of batch) {
        held.delete(taken.id);
        onTrial(taken.data.run);
      }
    }
  }

  /** One of the runs that wait for a coordinator. */
  async function coordinator(): Promise<void> {
    while (!stop.aborted) {
      let taken: Taken<RunJob> | undefined;
      for (const own of houses) {
        taken ??= await jobs.takeRun(own);
      }
      if (taken === undefined) await pause(2 * idle);
      else await coordinateOne(taken);
    }
  }

  async function coordinateOne(taken: Taken<RunJob>): Promise<void> {
    const { run: id } = taken.data;
    held.set(taken.id, taken);
    await claim(database, presence.id, [taken]);
    if (taken.tries >= mostTries) await failRun(database, id, `its coordinator ended ${taken.tries} times`);
    else if (await beginRun(database, id)) {
      const run = await findRun(database, id);
      if (!told.has(id)) log(`run ${id}: ${run.title}`);
      told.add(id);
      try {
        await coordinate(run, stop);
      } catch (error) {
        if (stop.aborted) throw error;
        const reason = messageOf(error);
        log(`run ${id} has failed: ${reason}`);
        await failRun(database, id, reason);
      }
    }
    await jobs.complete([taken]);
    await unclaim(database, presence.id, [taken]);
    held.delete(taken.id);
  }

  /** Signs of life, and news of runs. */
  async function living(): Promise<void> {
    while (!stop.aborted) {
      await look();
      await presence.renew(`${running} of ${concurrency} trials`, houses);
      await jobs.touch([...held.values()]);
      await pause(pulse);
    }
  }

  /** Looks for workers that are gone, where no other does. */
  async function reaping(): Promise<void> {
    let since: number | null = null;
    while (!stop.aborted) {
      await pause(watch);
      const session = presence.session();
      if (session?.alive === false) {
        since = null;
        continue;
      }
      if (session !== null && !(await leads(session).catch(() => false))) {
        since = null;
        continue;
      }
      since ??= performance.now();
      // After the database was away, others need a moment to take their locks again.
      if (session !== null && performance.now() - since < grace) continue;
      for (const gone of await vanished(database, presence.id, session).catch(() => []))
        await reap(database, jobs, gone);
    }
  }

  return {
    loops: [
      living,
      reaping,
      ...Array.from({ length: concurrency }, () => slot),
      ...Array.from({ length: mostRuns }, () => coordinator),
    ],
    /** Keeps what is done, and gives back the rest. */
    async leave(): Promise<void> {
      await keeping?.catch(() => {});
      await keepAll();
      const back = [...held.values()];
      if (back.length === 0) return;
      await jobs.giveBack(back);
      await unclaim(database, presence.id, back);
    },
  };
}
