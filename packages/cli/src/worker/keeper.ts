import { processor } from "../queue/presence.ts";
import { type Done, keepResults } from "../queue/results.ts";
import type { Duty } from "./duty.ts";

/** What a worker has computed, on its way into the store. */
export interface Keeper {
  /** Takes a result, which is kept beside what is computed next; only where many have come together, that waits. */
  add(one: Done): Promise<void>;
  /** Tries again what could not be kept. */
  again(): Promise<void>;
  /** Keeps all that was added. */
  keep(): Promise<void>;
}

/** Results that are kept together. */
const most = 20;

/** Keeps results together that come while others are being kept. */
export function makeKeeper({
  database,
  jobs,
  presence,
  concurrency,
  held,
  onTrial = () => {},
}: Duty): Keeper {
  const self = { worker: presence.id, cpu: processor() };
  const done: Done[] = [];
  let keeping: Promise<void> | null = null;

  function start(): Promise<void> {
    keeping ??= keepAll().finally(() => {
      keeping = null;
    });
    return keeping;
  }

  async function keepAll(): Promise<void> {
    while (done.length > 0) {
      const batch = done.slice(0, most);
      await keepResults(database, jobs, self, batch);
      done.splice(0, batch.length);
      for (const { taken } of batch) {
        held.delete(taken.id);
        onTrial(taken.data.run);
      }
    }
  }

  return {
    async add(one) {
      done.push(one);
      const started = start();
      if (done.length > most * concurrency) await started;
      else started.catch(() => {});
    },
    async again() {
      if (done.length > 0 && keeping === null) await start();
    },
    async keep() {
      await keeping?.catch(() => {});
      await start();
    },
  };
}
