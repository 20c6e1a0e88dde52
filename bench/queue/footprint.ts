/* What workers take of a server, and what a trial leaves in it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { TestPostgres } from "../../test/support/postgres.ts";
import { begin, computed, crewName, openSession, startCrew } from "./crew.ts";

export interface Footprint {
  /** Connections of a worker: with nothing to do, and at most while it works. */
  idleConnections: number;
  busyConnections: number;
  /** Statements a second with nothing to do: of the worker that leads, and of any other. */
  leading: number;
  following: number;
  /** Milliseconds of processor time a second of a worker with nothing to do. */
  idleProcessor: number;
  /** Bytes a trial: its result, who waits for it, all other tables; and of them what was kept. */
  result: number;
  waiting: number;
  others: number;
  kept: number;
}

const workers = 3;
const seconds = 10;

export async function footprint(server: TestPostgres, trials: number): Promise<Footprint> {
  const { url, name } = await server.createDatabase();
  await using session = await openSession("postgres:", { DATABASE_URL: url });
  const connections = async (): Promise<number> => {
    const [{ count }] = await server.query<{ count: number }>(
      "select count(*)::int as count from pg_stat_activity where datname = $1 and application_name = $2",
      [name, crewName],
    );
    return count / workers;
  };
  const sizes = async (): Promise<Map<string, number>> => {
    const rows = await server.query<{ table: string; bytes: number }>(
      `select relname::text as table, sum(pg_total_relation_size(c.oid))::float8 as bytes
       from pg_class c join pg_namespace n on n.oid = relnamespace
       where nspname in ('minimand', 'minimand_queue') and relkind = 'r' group by 1`,
      [],
      name,
    );
    return new Map(rows.map(({ table, bytes }) => [table, bytes]));
  };
  // One that nobody asks anything of, so that they look for its trials.
  await begin(session, { name: "open", trials: 1, milliseconds: 0 });
  await using crew = await startCrew(url, workers, 2);
  await sleep(8000);
  const before = await crew.stats();
  await sleep(1000 * seconds);
  const after = await crew.stats();
  const rates = after
    .map(({ statements }, i) => (statements - before[i].statements) / seconds)
    .sort((a, b) => b - a);
  const idleConnections = await connections();
  const start = await sizes();
  for await (const _ of computed(session, await begin(session, { name: "many", trials, milliseconds: 0 })));
  const end = await sizes();
  const more = (table: string): number => ((end.get(table) ?? 0) - (start.get(table) ?? 0)) / trials;
  const all = [...end.keys()].reduce((sum, table) => sum + more(table), 0);
  let busyConnections = 0;
  const slow = await begin(session, { name: "slow", trials: 20 * workers, milliseconds: 100 });
  for await (const _ of computed(session, slow))
    busyConnections = Math.max(busyConnections, await connections());
  const [{ kept }] = await session.database.query<{ kept: number }>(
    "select avg(octet_length(kept))::float8 as kept from minimand.results",
  );
  const [leading, ...others] = rates;
  return {
    idleConnections,
    busyConnections,
    leading,
    kept,
    following: others.reduce((sum, rate) => sum + rate, 0) / others.length,
    idleProcessor:
      after.reduce((sum, { processor }, i) => sum + processor - before[i].processor, 0) / workers / seconds,
    result: more("results"),
    waiting: more("run_trials"),
    others: all - more("results") - more("run_trials"),
  };
}
