/* The side of a coordinator: trials that others compute. */
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf, type TrialKey } from "../files/trial-file.ts";
import type { Database } from "../store/database.ts";
import type { SqlTrials } from "../store/sql-trials.ts";
import type { Jobs } from "./jobs.ts";

/** A trial that a run needs. */
export interface AskedTrial {
  key: TrialKey;
  /** What threads of its run are given. */
  job: unknown;
}

/** What became of it: what was kept, or why it can't be had. */
export type Answered<Kept> =
  | { index: number; kept: Kept; fresh: boolean }
  | { index: number; failed: string };

/** Trials of one run, computed by whoever is there. */
export interface SharedTrials<Kept> {
  /** Those that are there, by their place. */
  recall(keys: readonly TrialKey[]): Promise<(Kept | null)[]>;
  /** Asks for trials, and gives each when it is there. */
  compute(trials: readonly AskedTrial[]): AsyncGenerator<Answered<Kept>>;
}

/** Milliseconds between two looks at what is done, at least and at most. */
const [soonest, latest] = [50, 500];

/**
 * Milliseconds without anything new after which open trials are looked for where they would be, should another coordinator have heard of
 * them instead, and asked for again, should their jobs have got lost.
 */
const patience = 10_000;

/** What {@link shareTrials} needs. */
export interface Sharing<Kept> {
  database: Database;
  jobs: Jobs;
  run: string;
  house: string;
  store: SqlTrials<Kept>;
  signal: AbortSignal;
}

/** The trials of a run on a queue. */
export function shareTrials<Kept>({
  database,
  jobs,
  run,
  house,
  store,
  signal,
}: Sharing<Kept>): SharedTrials<Kept> {
  async function* compute(trials: readonly AskedTrial[]): AsyncGenerator<Answered<Kept>> {
    const names = trials.map(({ key }) => hashOf(key));
    const found = await store.getMany(trials.map(({ key }) => key));
    // Before the jobs: what is done has to find who waits for it.
    await note(
      database,
      run,
      names.map((key, i) => ({ key, isDone: found[i] !== null })),
    );
    const open = new Map<string, number>();
    for (const [index, kept] of found.entries())
      if (kept === null) open.set(names[index], index);
      else yield { index, kept, fresh: false };
    const ask = (): Promise<void> =>
      jobs.sendTrials(
        house,
        [...open].map(([key, index]) => ({ key, run, job: JSON.stringify(trials[index].job) })),
      );
    if (open.size > 0) await ask();
    let pause = soonest;
    let lastNews = performance.now();
    while (open.size > 0) {
      signal.throwIfAborted();
      const overdue = performance.now() - lastNews > patience;
      const news = (await (overdue ? endedOf(database, [...open.keys()]) : collect(database, run))).filter(
        ({ key }) => open.has(key),
      );
      const done = news.filter(({ reason }) => reason === null).map(({ key }) => open.get(key)!);
      const kept = await store.getMany(done.map((index) => trials[index].key));
      const damaged = done.filter((_, i) => kept[i] === null);
      for (const { key, reason } of news) {
        if (reason === null) continue;
        const index = open.get(key)!;
        open.delete(key);
        yield { index, failed: reason };
      }
      for (const [i, index] of done.entries()) {
        const own = kept[i];
        if (own === null) continue;
        open.delete(names[index]);
        yield { index, kept: own, fresh: true };
      }
      if (damaged.length > 0) {
        await note(
          database,
          run,
          damaged.map((index) => ({ key: names[index], isDone: false })),
        );
        await ask();
      }
      if (news.length > 0) {
        pause = soonest;
        lastNews = performance.now();
        continue;
      }
      if (overdue) {
        lastNews = performance.now();
        await ask();
      }
      await sleep(pause, undefined, { signal }).catch(() => {});
      pause = Math.min(latest, 1.5 * pause);
    }
  }

  return { recall: (keys) => store.getMany(keys), compute };
}

/** Notes that a run needs trials, which are there or not. */
async function note(
  database: Database,
  run: string,
  trials: readonly { key: string; isDone: boolean }[],
): Promise<void> {
  await database.query(
    `insert into minimand.run_trials (run, key, state, collected)
     select $1, key, case when done then 'done' else 'open' end, done from unnest($2::text[], $3::bool[]) as asked (key, done)
     on conflict (run, key) do update set state = excluded.state, collected = excluded.collected`,
    [run, trials.map(({ key }) => key), trials.map(({ isDone }) => isDone)],
  );
}

/** Which trials have come to an end since the last look; those that failed with the reason. */
async function collect(database: Database, run: string): Promise<{ key: string; reason: string | null }[]> {
  return database.query(
    `with news as (
       update minimand.run_trials set collected = true
       where run = $1 and state <> 'open' and not collected returning key, state)
     select key, case when state = 'failed'
         then coalesce((select reason from minimand.failures f where f.key = news.key), 'for no reason that is known') end as reason
     from news`,
    [run],
  );
}

/** Which of these trials have come to an end, whoever has heard of it. */
async function endedOf(
  database: Database,
  keys: string[],
): Promise<{ key: string; reason: string | null }[]> {
  return database.query(
    `select key, null as reason from minimand.results where key = any($1::text[])
     union all
     select key, reason from minimand.failures f where key = any($1::text[])
       and not exists (select from minimand.results r where r.key = f.key)`,
    [keys],
  );
}
