import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../error-text.ts";
import { giveUp, noteTries } from "../queue/attempts.ts";
import { claim, unclaim } from "../queue/claims.ts";
import { mostTries, type Taken, type TrialJob } from "../queue/jobs.ts";
import { processor } from "../queue/presence.ts";
import { type Done, keepResults } from "../queue/results.ts";
import { tellEvent } from "../queue/run-store.ts";
import { settle, wanted } from "../queue/waiting.ts";
import type { Duty } from "./duty.ts";
import { MachineFault } from "./machine-fault.ts";
import { makeTurns } from "./turns.ts";

/** The trials of a worker. */
export interface TrialSlots {
  /** Computes trials, one after the other, as one of the worker's slots. */
  slot(): Promise<void>;
  /** Keeps what is done and isn't kept yet. */
  keep(): Promise<void>;
}

/** Milliseconds between looks for work where there is none, at first and in the end. */
const [idle, longest] = [250, 1000];

/** Milliseconds of work that is taken at a time, and the most trials for each slot of it. */
const [ahead, mostAhead] = [1000, 20];

/** The slots of a worker, which take about a second's work together, and keep together what is done meanwhile. */
export function makeTrialSlots(duty: Duty): TrialSlots {
  const { database, jobs, presence, concurrency, threads, held, stop, log, onTrial = () => {} } = duty;
  const self = { worker: presence.id, cpu: processor() };
  const turns = makeTurns();
  /** Taken, and not begun. */
  const waiting: Taken<TrialJob>[] = [];
  const done: Done[] = [];
  /** Milliseconds that a trial takes, about. */
  let mean: number | null = null;
  let refilling: Promise<void> | null = null;
  /** How long is rested after a look that found nothing, and until when. */
  let [rest, restingUntil] = [idle, 0];
  let keeping: Promise<void> | null = null;
  /** Last attempts: nothing else is taken until they are over. */
  let careful = 0;

  async function refill(): Promise<void> {
    if (await takeMore()) rest = idle;
    else {
      restingUntil = performance.now() + rest;
      rest = Math.min(longest, 1.5 * rest);
    }
  }

  /** Whether there was any. */
  async function takeMore(): Promise<boolean> {
    let found = false;
    const each = mean === null ? 1 : Math.min(mostAhead, Math.max(1, Math.round(ahead / mean)));
    for (const house of duty.houses) {
      const missing = concurrency * each - waiting.length;
      if (missing <= 0) break;
      const taken = await jobs.takeTrials(house, missing);
      if (taken.length === 0) continue;
      found = true;
      await sort(taken);
    }
    return found;
  }

  /** Lets those wait that have to be computed, and is done with the others. */
  async function sort(taken: readonly Taken<TrialJob>[]): Promise<void> {
    for (const one of taken) held.set(one.id, one);
    try {
      await claim(database, presence.id, taken);
      const keys = await wanted(database, taken);
      const needless = taken.filter(({ data }) => !keys.has(data.key));
      if (needless.length > 0) await letGo(needless);
      waiting.push(...taken.filter(({ data }) => keys.has(data.key)));
    } catch (error) {
      // Who holds what it won't compute keeps others from it.
      for (const { id } of taken) held.delete(id);
      throw error;
    }
  }

  /** Is done with jobs whose trials are there, have failed for good, or that nobody waits for. */
  async function letGo(taken: readonly Taken<TrialJob>[]): Promise<void> {
    await settle(
      database,
      taken.map(({ data }) => data.key),
    );
    await jobs.complete(taken);
    await forget(taken);
  }

  async function forget(taken: readonly Taken<TrialJob>[]): Promise<void> {
    await unclaim(database, presence.id, taken);
    for (const { id } of taken) held.delete(id);
  }

  async function next(): Promise<Taken<TrialJob> | undefined> {
    while (!stop.aborted) {
      if (waiting.length < concurrency && careful === 0 && performance.now() >= restingUntil) {
        refilling ??= refill().finally(() => {
          refilling = null;
        });
        // Who has something to do doesn't wait, and hears of a failure the next time.
        if (waiting.length === 0) await refilling;
        else refilling.catch(() => {});
      }
      const taken = waiting.shift();
      if (taken !== undefined) return taken;
      // What could not be kept at first isn't left lying here.
      if (done.length > 0 && keeping === null) await keepSoon();
      await sleep(idle, undefined, { signal: stop }).catch(() => {});
    }
  }

  async function attempt(taken: Taken<TrialJob>): Promise<void> {
    const { data, tries } = taken;
    if (tries >= mostTries) {
      await giveUp(database, taken);
      await letGo([taken]);
      log(`run ${data.run}: a trial that came to nothing ${tries} times counts as failed`);
      return;
    }
    const isLast = tries === mostTries - 1;
    if (isLast && careful > 0) {
      await giveBack([taken]);
      return;
    }
    const compute = (): Promise<unknown> => threads.use(data.run, (own) => own.run(JSON.parse(data.job)));
    const started = performance.now();
    let kept: unknown;
    duty.running++;
    try {
      kept = await (isLast ? alone(compute) : turns.together(compute));
    } catch (error) {
      if (stop.aborted || error instanceof MachineFault) throw error;
      await fail(taken, messageOf(error));
      return;
    } finally {
      duty.running--;
    }
    const milliseconds = performance.now() - started;
    mean = mean === null ? milliseconds : 0.8 * mean + 0.2 * milliseconds;
    done.push({ taken, kept, seconds: milliseconds / 1000 });
    const keeping = keepSoon();
    // The next trial doesn't wait for it, unless much has come together.
    if (done.length > mostAhead * concurrency) await keeping;
    else keeping.catch(() => {});
  }

  /** The last attempt: should it end the worker, nothing else that the worker has shall count one attempt more. */
  async function alone<T>(compute: () => Promise<T>): Promise<T> {
    careful++;
    try {
      await refilling?.catch(() => {});
      await giveBack(waiting.splice(0));
      return await turns.alone(async () => {
        await keep();
        return compute();
      });
    } finally {
      careful--;
    }
  }

  async function giveBack(taken: readonly Taken<TrialJob>[]): Promise<void> {
    if (taken.length === 0) return;
    await jobs.giveBack(taken);
    await forget(taken);
  }

  async function fail(taken: Taken<TrialJob>, reason: string): Promise<void> {
    const { run, key } = taken.data;
    await noteTries(database, [key], reason);
    await jobs.fail(taken.queue, taken.attempt);
    await forget([taken]);
    const text = `run ${run}: a trial failed (attempt ${taken.tries + 1} of ${mostTries}): ${reason}`;
    log(text);
    await tellEvent(database, run, "retry", text);
  }

  function keepSoon(): Promise<void> {
    keeping ??= keepAll().finally(() => {
      keeping = null;
    });
    return keeping;
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

  async function keep(): Promise<void> {
    await keeping?.catch(() => {});
    await keepSoon();
  }

  return {
    keep,
    async slot() {
      for (let taken = await next(); taken !== undefined; taken = await next()) await attempt(taken);
    },
  };
}
