import { setTimeout as sleep } from "node:timers/promises";
import { parseJson } from "minimand/engine";
import { messageOf } from "../error-text.ts";
import { giveUp, noteTries } from "../queue/attempts.ts";
import { claim, unclaim } from "../queue/claims.ts";
import { mostTries, type Taken, type TrialJob } from "../queue/jobs.ts";
import { tellEvent } from "../queue/run-store.ts";
import { isSuspected } from "../queue/suspicion.ts";
import { settle, wanted } from "../queue/waiting.ts";
import type { Duty } from "./duty.ts";
import { makeKeeper } from "./keeper.ts";
import { MachineFault } from "./machine-fault.ts";
import { makeTurns } from "./turns.ts";

/** The trials of a worker. */
export interface TrialSlots {
  /** Computes trials, one after the other, as one of the worker's slots. */
  slot(): Promise<void>;
  /** Computes suspected trials, one after the other while no slot has anything: should one end the worker, no other was there. */
  alone(): Promise<void>;
  /** Keeps what is done and isn't kept yet. */
  keep(): Promise<void>;
}

/** Milliseconds between looks for work where there is none, at first and in the end. */
const [idle, longest] = [250, 1000];

/** Milliseconds after which a busy worker looks for suspected trials that have waited for long. */
const rarely = 30_000;

/** Milliseconds of work that is taken at a time, and the most trials for each slot of it. */
const [ahead, mostAhead] = [1000, 20];

/** The slots of a worker, which take about a second's work together, and keep together what is done meanwhile. */
export function makeTrialSlots(duty: Duty): TrialSlots {
  const { database, jobs, presence, concurrency, threads, held, stop, log } = duty;
  const keeper = makeKeeper(duty);
  const turns = makeTurns();
  /** Taken, and not begun. */
  const waiting: Taken<TrialJob>[] = [];
  /** Milliseconds that a trial takes, about. */
  let mean: number | null = null;
  let refilling: Promise<void> | null = null;
  /** How long is rested after a look that found nothing, and until when. */
  let [rest, restingUntil] = [idle, 0];
  /** Whether the last look found nothing. */
  let isOut = false;

  async function refill(): Promise<void> {
    const couldLook = duty.houses.length > 0;
    const found = await takeMore();
    isOut = couldLook && !found;
    if (found) rest = idle;
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
      const { suspected = [], usual = [] } = Object.groupBy(await admit(taken), ({ data }) =>
        isSuspected(data) ? "suspected" : "usual",
      );
      waiting.push(...usual);
      await setApart(suspected);
    }
    return found;
  }

  /** Gives back what must not be computed beside others, and will be taken as suspected. */
  async function setApart(suspected: readonly Taken<TrialJob>[]): Promise<void> {
    await giveBack(suspected);
    for (const [run, own] of Map.groupBy(suspected, ({ data }) => data.run)) {
      const [trials, are] = own.length === 1 ? ["a trial", "is"] : [`${own.length} trials`, "are each"];
      const text = `run ${run}: ${trials} that several workers have ended with ${are} tried alone, after all others`;
      log(text);
      await tellEvent(database, run, "retry", text);
    }
  }

  /** Those that have to be computed; it is done with the others. */
  async function admit(taken: readonly Taken<TrialJob>[]): Promise<Taken<TrialJob>[]> {
    for (const one of taken) held.set(one.id, one);
    try {
      await claim(database, presence.id, taken);
      const keys = await wanted(database, taken);
      const needless = taken.filter(({ data }) => !keys.has(data.key));
      if (needless.length > 0) await letGo(needless);
      return taken.filter(({ data }) => keys.has(data.key));
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

  /** Computes the next trial, or rests a little where there is none. */
  async function step(): Promise<void> {
    if (waiting.length < concurrency && performance.now() >= restingUntil) {
      refilling ??= refill().finally(() => {
        refilling = null;
      });
      // Who has something to do doesn't wait, and hears of a failure the next time.
      if (waiting.length === 0) await refilling;
      else refilling.catch(() => {});
    }
    const taken = waiting.shift();
    if (taken !== undefined) return attempt(taken);
    // What could not be kept at first isn't left lying here.
    await keeper.again();
    await sleep(idle, undefined, { signal: stop }).catch(() => {});
  }

  /** Whether there was a suspected trial. The worker has nothing else meanwhile, and of this one nothing afterwards. */
  async function tryAlone(house: string): Promise<boolean> {
    await refilling?.catch(() => {});
    await giveBack(waiting.splice(0));
    await keeper.keep();
    const taken = stop.aborted ? undefined : await jobs.takeSuspected(house);
    if (taken === undefined) return false;
    for (const one of await admit([taken])) await attempt(one);
    await keeper.keep();
    return true;
  }

  async function attempt(taken: Taken<TrialJob>): Promise<void> {
    const { data } = taken;
    if (stop.aborted) return;
    if (data.tries >= mostTries) {
      await giveUp(database, data);
      await letGo([taken]);
      log(`run ${data.run}: a trial that came to nothing ${data.tries} times counts as failed`);
      return;
    }
    const started = performance.now();
    let kept: unknown;
    duty.running++;
    try {
      kept = await threads.use(data.run, (own) => own.run(parseJson(data.job)));
    } catch (error) {
      if (stop.aborted || error instanceof MachineFault) throw error;
      await fail(taken, messageOf(error));
      return;
    } finally {
      duty.running--;
    }
    const milliseconds = performance.now() - started;
    mean = mean === null ? milliseconds : 0.8 * mean + 0.2 * milliseconds;
    await keeper.add({ taken, kept, seconds: milliseconds / 1000 });
  }

  async function giveBack(taken: readonly Taken<TrialJob>[]): Promise<void> {
    if (taken.length === 0) return;
    await jobs.giveBack(taken);
    await forget(taken);
  }

  async function fail(taken: Taken<TrialJob>, reason: string): Promise<void> {
    const { run, key } = taken.data;
    const tries = taken.data.tries + 1;
    await noteTries(database, [key], reason);
    await giveBack([{ ...taken, data: { ...taken.data, tries } }]);
    const text = `run ${run}: a trial failed (attempt ${tries} of ${mostTries}): ${reason}`;
    log(text);
    await tellEvent(database, run, "retry", text);
  }

  return {
    keep: keeper.keep,
    async slot() {
      while (!stop.aborted) await turns.together(step);
    },
    async alone() {
      let looked = Number.NEGATIVE_INFINITY;
      while (!stop.aborted) {
        // After all others, so that as little as possible ends with them.
        const isIdle = isOut && duty.running === 0;
        let found = false;
        if (duty.suspected.size > 0 && (isIdle || performance.now() - looked > rarely)) {
          looked = performance.now();
          for (const house of duty.suspected)
            if (isIdle || (await jobs.anyOverdue(house)))
              found = (await turns.alone(() => tryAlone(house))) || found;
        }
        await sleep(found ? idle : longest, undefined, { signal: stop }).catch(() => {});
      }
    },
  };
}
