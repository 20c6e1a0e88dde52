/* How many empty trials a second some workers do, and what each of them costs. */
import type { TestPostgres } from "../../test/support/postgres.ts";
import { begin, computed, openSession, startCrew } from "./crew.ts";
import { statementsSent } from "./statements.ts";

export interface EmptyTrials {
  workers: number;
  /** A second, and of this the share of one worker. */
  trials: number;
  /** Statements a trial, of the workers and of the coordinator. */
  statements: number;
  coordinator: number;
  /** Milliseconds of processor time a trial, of all workers. */
  processor: number;
  /** Commits and bytes of the write-ahead log a trial. */
  commits: number;
  log: number;
  byText: [text: string, count: number][];
}

/** Measures some workers of two trials at a time on a database of their own. */
export async function emptyTrials(
  server: TestPostgres,
  workers: number,
  trials: number,
): Promise<EmptyTrials> {
  const { url, name } = await server.createDatabase();
  const env = { DATABASE_URL: url };
  await using session = await openSession("postgres:", env);
  await using crew = await startCrew(url, workers, 2);
  // So that all have seen the environment, and their programs are compiled.
  for await (const _ of computed(
    session,
    await begin(session, { name: "warm up", trials: 100 * workers, milliseconds: 0 }),
  ));
  const counts = async (): Promise<{ commits: number; log: number }> => {
    const [found] = await server.query<{ commits: number; log: number }>(
      `select xact_commit::float8 as commits, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as log
       from pg_stat_database where datname = $1`,
      [name],
    );
    return found;
  };
  const run = await begin(session, { name: "empty", trials, milliseconds: 0 });
  const [stats, own, before] = [await crew.stats(), statementsSent(), await counts()];
  const started = performance.now();
  for await (const _ of computed(session, run));
  const seconds = (performance.now() - started) / 1000;
  const [later, ownLater, after] = [await crew.stats(), statementsSent(), await counts()];
  const more = (of: (one: (typeof stats)[number]) => number): number =>
    later.reduce((sum, one, i) => sum + of(one) - of(stats[i]), 0) / trials;
  const texts = new Map<string, number>();
  for (const [i, { byText }] of later.entries()) {
    const old = new Map(stats[i].byText);
    for (const [text, count] of byText)
      texts.set(text, (texts.get(text) ?? 0) + count - (old.get(text) ?? 0));
  }
  return {
    workers,
    trials: trials / seconds,
    statements: more((one) => one.statements),
    coordinator: (ownLater - own) / trials,
    processor: more((one) => one.processor),
    commits: (after.commits - before.commits) / trials,
    log: (after.log - before.log) / trials,
    byText: [...texts].sort(([, a], [, b]) => b - a),
  };
}
