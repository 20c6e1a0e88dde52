import type { Sql } from "../store/database.ts";

/** A worker that is there. */
export interface WorkerRow {
  id: number;
  host: string;
  pid: number;
  cpu: string;
  concurrency: number;
  doing: string | null;
  joinedAt: Date;
  seenAt: Date;
  /** The runs of which it has jobs. */
  runs: string[];
}

/** Seconds after which a worker that was not heard of counts as gone. */
const silent = 15;

/** The workers that were heard of lately. */
export async function workersHere(sql: Sql): Promise<WorkerRow[]> {
  return sql.query<WorkerRow>(
    `select id, host, pid, cpu, concurrency, doing, joined_at as "joinedAt", seen_at as "seenAt",
       array(select distinct run from minimand.claims c where c.worker = w.id order by run) as runs
     from minimand.workers w where left_at is null and seen_at > now() - make_interval(secs => $1) order by id`,
    [silent],
  );
}

/** How many trials at a time they can compute of runs of one code. */
export async function slotsFor(sql: Sql, house: string): Promise<number> {
  const [{ slots }] = await sql.query<{ slots: number }>(
    `select least(coalesce(sum(concurrency), 0), 1000000)::int as slots from minimand.workers
     where left_at is null and seen_at > now() - make_interval(secs => $1) and $2 = any(houses)`,
    [silent, house],
  );
  return slots;
}

/** How many of them can work on runs of one code. */
export async function workersFor(sql: Sql, house: string): Promise<number> {
  const [{ count }] = await sql.query<{ count: number }>(
    `select count(*)::int as count from minimand.workers
     where left_at is null and seen_at > now() - make_interval(secs => $1) and $2 = any(houses)`,
    [silent, house],
  );
  return count;
}
