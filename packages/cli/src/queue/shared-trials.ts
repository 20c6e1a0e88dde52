/* The side of a coordinator: trials that others compute. */
import { setTimeout as sleep } from "node:timers/promises";
import type { StoreKey } from "@minimand/compare";
import { hashOf } from "../files/trial-file.ts";
import type { Database } from "../store/database.ts";
import type { SqlTrials } from "../store/sql-trials.ts";
import type { Jobs } from "./jobs.ts";

/** A trial that a run needs. */
export interface AskedTrial {
  key: StoreKey;
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
  recall(keys: readonly StoreKey[]): Promise<(Kept | null)[]>;
  /** Asks for trials, and gives each when it is there. */
  compute(trials: readonly AskedTrial[]): AsyncGenerator<Answered<Kept>>;
}

/** Milliseconds between two looks at what is done, at least and at most. */
const [soonest, latest] = [50, 500];

/**
 * Milliseconds without anything new, at first and at most, after which open trials are looked for and asked for again: their jobs may
 * have got lost, and another coordinator, which was thought to be gone, may have collected what was news for this one.
 */
const [patience, mostPatience] = [5000, 160_000];

/** How much longer than the last such look it is until the next one: where trials are many, it is no small work. */
const share = 20;

/** Trials a statement. */
const mostAtOnce = 1000;

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
    // Data that are the same under two names have trials in common.
    const places = Map.groupBy(trials.keys(), (i) => names[i]);
    const found = await store.getMany(trials.map(({ key }) => key));
    const open = new Map(places);
    for (const [index, kept] of found.entries()) if (kept !== null) open.delete(names[index]);
    // Before the jobs: what is done has to find who waits for it.
    await note(
      database,
      run,
      [...places.keys()].map((key) => ({ key, isDone: !open.has(key) })),
    );
    for (const [index, kept] of found.entries()) if (kept !== null) yield { index, kept, fresh: false };
    const noteOpen = (keys: readonly string[]): Promise<void> =>
      note(
        database,
        run,
        keys.map((key) => ({ key, isDone: false })),
      );
    const ask = (): Promise<void> =>
      jobs.sendTrials(
        house,
        [...open].map(([key, [index]]) => ({ key, run, job: JSON.stringify(trials[index].job) })),
      );
    if (open.size > 0) await ask();
    let pause = soonest;
    let lastNews = performance.now();
    let least = patience;
    let patient = least;
    while (open.size > 0) {
      signal.throwIfAborted();
      let news = (await collect(database, run)).filter(({ key }) => open.has(key));
      if (news.length === 0 && performance.now() - lastNews > patient) {
        lastNews = performance.now();
        const still = [...open.keys()];
        news = await endedOf(database, still);
        const ended = new Set(news.map(({ key }) => key));
        await noteOpen(still.filter((key) => !ended.has(key)));
        await ask();
        const took = performance.now() - lastNews;
        least = Math.max(patience, share * took);
        patient = Math.max(least, Math.min(mostPatience, 2 * patient));
        lastNews += took;
      }
      const done = news.filter(({ reason }) => reason === null).map(({ key }) => key);
      const kept = await store.getMany(done.map((key) => trials[open.get(key)![0]].key));
      const damaged = done.filter((_, i) => kept[i] === null);
      for (const { key, reason } of news) {
        if (reason === null) continue;
        const own = open.get(key)!;
        open.delete(key);
        for (const index of own) yield { index, failed: reason };
      }
      for (const [i, key] of done.entries()) {
        const value = kept[i];
        if (value === null) continue;
        const own = open.get(key)!;
        open.delete(key);
        for (const index of own) yield { index, kept: value, fresh: true };
      }
      if (damaged.length > 0) {
        await noteOpen(damaged);
        await ask();
      }
      if (news.length > 0) {
        pause = soonest;
        lastNews = performance.now();
        patient = least;
        continue;
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
  for (const some of batchesOf(trials))
    await database.query(
      `insert into minimand.run_trials (run, key, state, collected)
       select $1, key, case when done then 'done' else 'open' end, done from unnest($2::text[], $3::bool[]) as asked (key, done)
       on conflict (run, key) do update set state = excluded.state, collected = excluded.collected
         where (run_trials.state, run_trials.collected) <> (excluded.state, excluded.collected)`,
      [run, some.map(({ key }) => key), some.map(({ isDone }) => isDone)],
    );
}

/** A trial that has come to an end. */
interface Ended {
  key: string;
  /** Why it failed; null: it is there. */
  reason: string | null;
}

/** Which trials have come to an end since the last look, whoever looked; those that failed with the reason. */
async function collect(database: Database, run: string): Promise<Ended[]> {
  return database.query<Ended>(
    `with news as (
       update minimand.run_trials set collected = true
       where run = $1 and state <> 'open' and not collected returning key, state)
     select key, case when state = 'failed'
         then coalesce((select reason from minimand.failures f where f.key = news.key), 'for no reason that is known') end as reason
     from news`,
    [run],
  );
}

/** Which of the trials have come to an end at any time. */
async function endedOf(database: Database, keys: readonly string[]): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const some of batchesOf(keys))
    ended.push(
      ...(await database.query<Ended>(
        `select key, null as reason from minimand.results where key = any($1::text[])
         union all
         select key, reason from minimand.failures f
         where key = any($1::text[]) and not exists (select from minimand.results r where r.key = f.key)`,
        [some],
      )),
    );
  return ended;
}

function* batchesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += mostAtOnce) yield all.slice(from, from + mostAtOnce);
}
