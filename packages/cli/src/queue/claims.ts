/* Which worker has which job, since the queue itself doesn't tell. */
import type { Database, Sql } from "../store/database.ts";
import { noteTries } from "./attempts.ts";
import type { Jobs, Taken } from "./jobs.ts";
import { tellEvent } from "./run-store.ts";

/**
 * Notes that a worker has taken jobs, unless others have taken them again meanwhile. Reports jobs that the queue gave to another worker
 * because the last one was not heard of any more.
 */
export async function claim(
  sql: Sql,
  worker: number,
  taken: readonly Taken<{ run: string; key?: string }>[],
): Promise<void> {
  const again = taken.filter(({ attempt }) => attempt.retryCount > 0);
  if (again.length > 0) await tellOfSilence(sql, worker, again);
  await sql.query(
    `insert into minimand.claims (job, queue, worker, key, run, retry)
     select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[])
     on conflict (job) do update
       set worker = excluded.worker, retry = excluded.retry, claimed_at = now()
       where claims.retry <= excluded.retry`,
    [
      taken.map(({ id }) => id),
      taken.map(({ queue }) => queue),
      taken.map(() => worker),
      taken.map(({ data }) => data.key ?? null),
      taken.map(({ data }) => data.run),
      taken.map(({ attempt }) => attempt.retryCount),
    ],
  );
}

async function tellOfSilence(
  sql: Sql,
  worker: number,
  taken: readonly Pick<Taken<unknown>, "id">[],
): Promise<void> {
  const lost = await sql.query<{ key: string | null; run: string; text: string }>(
    `select key, run, 'worker ' || w.id || ' (process ' || pid || ' on ' || host || ') was not heard of any more: others have its work' as text
     from minimand.claims c join minimand.workers w on w.id = c.worker where job = any($1::uuid[]) and worker <> $2`,
    [taken.map(({ id }) => id), worker],
  );
  await noteTries(
    sql,
    lost.flatMap(({ key }) => (key === null ? [] : [key])),
    "the worker that computed it was not heard of any more",
  );
  // Others take more of the same worker's jobs at this moment.
  for (const { run, text } of new Map(lost.map((one) => [one.run + one.text, one])).values())
    await sql.query(
      `insert into minimand.events (run, kind, text) select $1, 'lost', $2
       where not exists (select from minimand.events where run = $1 and text = $2 and at > now() - interval '1 minute')`,
      [run, text],
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
  }>("delete from minimand.claims where worker = $1 returning job, queue, run, retry, key", [worker]);
  for (const { job, queue, retry } of claims) await jobs.fail(queue, { id: job, retryCount: retry });
  await noteTries(
    database,
    claims.flatMap(({ key }) => (key === null ? [] : [key])),
    "the worker that computed it ended",
  );
  const [gone] = await database.query<{ host: string; pid: number }>(
    "update minimand.workers set left_at = coalesce(left_at, now()), doing = null where id = $1 returning host, pid",
    [worker],
  );
  const where = gone === undefined ? "" : ` (process ${gone.pid} on ${gone.host})`;
  for (const run of new Set(claims.map((claim) => claim.run)))
    await tellEvent(database, run, "lost", `worker ${worker}${where} is gone: others have its work`);
}
