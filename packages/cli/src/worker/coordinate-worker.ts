/* The thread in which a worker coordinates a run: what the run computes itself never keeps the worker from saying that it is there. */
import { setTimeout as sleep } from "node:timers/promises";
import { tellTo } from "../printable.ts";
import { openJobs } from "../queue/jobs.ts";
import { findRun } from "../queue/run-store.ts";
import { type Answer, answer, dataOf, isEnding } from "../run/worker.ts";
import type { Database } from "../store/database.ts";
import { openDatabase } from "../store/open-database.ts";
import { parseStore } from "../store/store-address.ts";
import { coordinate } from "./coordinate.ts";
import { noteTo } from "./coordination.ts";
import { asFault, MachineFault } from "./machine-fault.ts";

/** What the thread is given when it starts. */
export interface CoordinateWorkerData {
  /** As it was typed: what opens it is in the environment. */
  store: string | undefined;
  cache: string;
  modules: readonly string[];
}

const { store, cache, modules } = dataOf<CoordinateWorkerData>();

/** Milliseconds between two looks whether the worker ends. */
const pause = 100;

/** Milliseconds between two tries to open the database, and how many. */
const [wait, mostTries] = [2000, 300];

/** The worker has it open, and says where it waits for it: one that can't be reached now will be back. */
async function opened(): Promise<Database> {
  for (let tries = 1; ; tries++)
    try {
      return await openDatabase(parseStore(store), { tell: () => {} });
    } catch (error) {
      if (tries === mostTries || isEnding()) throw error;
      await sleep(wait);
    }
}

/** @returns a fault of this machine that has stopped it; null where the run is done. Errors lose their kind between threads */
export default async function coordinateRun(id: string): Promise<Answer<string | null>> {
  const database = await opened();
  const ending = new AbortController();
  const looking = setInterval(() => {
    if (isEnding()) ending.abort(new Error("the worker ends"));
  }, pause);
  try {
    const jobs = await openJobs(database);
    try {
      const run = await findRun(database, id);
      tellTo(noteTo({ run, database }));
      await coordinate({ run, database, jobs, cache, modules, warn: () => {} }, ending.signal);
    } finally {
      await jobs.end();
    }
    return answer(null);
  } catch (error) {
    const fault = asFault(error);
    if (fault instanceof MachineFault) return answer(fault.message);
    throw error;
  } finally {
    clearInterval(looking);
    await database.close();
  }
}
