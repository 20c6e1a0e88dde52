/* What a batch of trials costs in a store that holds few or many others. */
import { hashOf, pack } from "../../packages/cli/src/files/trial-file.ts";
import { claim } from "../../packages/cli/src/queue/claims.ts";
import { keepResults } from "../../packages/cli/src/queue/results.ts";
import { listRuns } from "../../packages/cli/src/queue/run-store.ts";
import { wanted } from "../../packages/cli/src/queue/waiting.ts";
import type { Database } from "../../packages/cli/src/store/database.ts";
import { sqlTrials } from "../../packages/cli/src/store/sql-trials.ts";
import { median } from "../adam-step.ts";
import { type BenchRequest, houseName, isKept, keptOf, keyOf } from "./bench-run.ts";
import { begin, computed, type Session } from "./crew.ts";

/** Median milliseconds of each step for a batch of trials in a store of so many others. */
export interface Growth {
  stored: number;
  recall: number;
  take: number;
  keep: number;
  collect: number;
  list: number;
}

/** Trials a batch: as many as are kept at once. */
const batch = 20;

const statement = "with news as";

/** Measures rounds of batches in a store of so many other trials. */
export async function growth(session: Session, stored: number, rounds: number): Promise<Growth> {
  const { database, jobs } = session;
  const [{ id: worker }] = await database.query<{ id: number }>(
    `insert into minimand.workers (host, pid, version, engine, cpu, concurrency) values ('bench', 0, '', '', '', 1) returning id`,
  );
  const self = { worker, cpu: "bench" };
  const times = {
    recall: [] as number[],
    take: [] as number[],
    keep: [] as number[],
    collect: [] as number[],
    list: [] as number[],
  };
  const timed = async <T>(what: keyof typeof times, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const answer = await work();
    times[what].push(performance.now() - started);
    return answer;
  };
  /** Whose looks at what has come in are timed; most of the time of a coordinator it waits. */
  const watched: Database = {
    ...database,
    query: (text, parameters) =>
      text.trimStart().startsWith(statement)
        ? timed("collect", () => database.query(text, parameters))
        : database.query(text, parameters),
  };
  let known: BenchRequest | null = null;
  for (let round = 0; round < rounds; round++) {
    const request = { name: `batch ${stored} ${round}`, trials: batch, milliseconds: 0 };
    const run = await begin(session, request);
    const answers = computed({ ...session, database: watched }, run);
    const first = answers.next();
    const taken = await timed("take", () => take(session, worker));
    await timed("keep", () =>
      keepResults(
        ...([database, jobs, self] as const),
        taken.map((one, i) => ({ taken: one, kept: keptOf(i), seconds: 0 })),
      ),
    );
    await first;
    for await (const _ of answers);
    known ??= request;
    const keys = Array.from({ length: batch }, (_, i) => keyOf(known!, i));
    await timed("recall", () => sqlTrials(database, isKept).getMany(keys));
    await timed("list", () => listRuns(database));
  }
  const medians = Object.fromEntries(Object.entries(times).map(([what, own]) => [what, median(own)]));
  return { stored, ...(medians as Omit<Growth, "stored">) };
}

/** As a worker takes a batch, once it is there. */
async function take({ database, jobs }: Session, worker: number) {
  const taken = [];
  while (taken.length < batch) taken.push(...(await jobs.takeTrials(houseName, batch - taken.length)));
  await claim(database, worker, taken);
  await wanted(database, taken);
  return taken;
}

/** Puts trials of another run into the store, as they are once they are computed and collected. */
export async function fill(session: Session, from: number, to: number): Promise<void> {
  const { database } = session;
  const { id } = await begin(session, { name: "stored", trials: to, milliseconds: 0 });
  const kept = await pack(keptOf(0));
  // A statement has half a minute, whatever the disk is.
  for (let at = from; at < to; at += 10_000) {
    const range = [at + 1, Math.min(to, at + 10_000)];
    await database.query(
      `insert into minimand.results (key, kept, sha256, seconds, worker, cpu)
       select encode(sha256(i::text::bytea), 'hex'), $3, encode(sha256(i::text::bytea), 'hex'), 0, 1, 'bench'
       from generate_series($1::int, $2::int) as i`,
      [...range, kept],
    );
    await database.query(
      `insert into minimand.run_trials (run, key, state, collected)
       select $3, encode(sha256(i::text::bytea), 'hex'), 'done', true from generate_series($1::int, $2::int) as i`,
      [...range, id],
    );
  }
}

/** Median milliseconds in which a batch is taken of so many that wait. */
export async function takenOf({ jobs }: Session, waiting: number, rounds: number): Promise<number> {
  const house = `waiting-${waiting}`;
  const job = JSON.stringify({ trial: 0, milliseconds: 0 });
  const trials = Array.from({ length: waiting + batch * rounds }, (_, i) => {
    return { key: hashOf({ waiting, i }), run: "none", job };
  });
  await jobs.sendTrials(house, trials);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await jobs.takeTrials(house, batch);
    times.push(performance.now() - started);
  }
  return median(times);
}
