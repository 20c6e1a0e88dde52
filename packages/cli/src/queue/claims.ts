/* Which worker has which job, since the queue itself doesn't tell. */
import type { Database, Sql } from "../store/database.ts";
import { noteTries } from "./attempts.ts";
import type { Jobs, Taken } from "./jobs.ts";
import { tellEvent } from "./run-store.ts";

/** Notes that a worker has taken jobs. */
export async function claim(
  sql: Sql,
  worker: number,
  taken: readonly Taken<{ run: string; key?: string }>[],
): Promise<void> {
  await sql.query(
    `insert into minimand.claims (job, queue, worker, key, run, tries, retry)
     select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[])
     on conflict (job) do update
       set worker = excluded.worker, tries = excluded.tries, retry = excluded.retry, claimed_at = now()`,
    [
      taken.map(({ id }) => id),
      taken.map(({ queue }) => queue),
      taken.map(() => worker),
      taken.map(({ data }) => data.key ?? null),
      taken.map(({ data }) => data.run),
      taken.map(({ tries }) => tries),
      taken.map(({ attempt }) => attempt.retryCount),
    ],
  );
}

/** Forgets what a worker no longer has. */
export async function unclaim(
  sql: Sql,
  worker: number,
  jobs: readonly Pick<Taken<unknown>, "id">[],
): Promise<void> {
  await sql.query("delete from minimand.claims where worker = $1 and job = any($2::uuid[])", [
    worker,
    jobs.map(({ id }) => id),
  ]);
}

/** Takes all jobs of a worker that is gone, so that others have them. */
export async function reap(database: Database, jobs: Jobs, worker: number): Promise<void> {
  const claims = await database.query<{
    job: string;
    queue: string;
    run: string;
    retry: number;
    key: string | null;
  }>("select job, queue, run, retry, key from minimand.claims where worker = $1", [worker]);
  for (const { job, queue, retry } of claims) await jobs.fail(queue, { id: job, retryCount: retry });
  await noteTries(
    database,
    claims.flatMap(({ key }) => (key === null ? [] : [key])),
    "the worker that computed it ended",
  );
  await unclaim(
    database,
    worker,
    claims.map(({ job }) => ({ id: job })),
  );
  const [gone] = await database.query<{ host: string; pid: number }>(
    "update minimand.workers set left_at = coalesce(left_at, now()), doing = null where id = $1 returning host, pid",
    [worker],
  );
  const where = gone === undefined ? "" : ` (process ${gone.pid} on ${gone.host})`;
  for (const run of new Set(claims.map((claim) => claim.run)))
    await tellEvent(database, run, "lost", `worker ${worker}${where} is gone: others have its work`);
}
