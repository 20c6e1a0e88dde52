/* Which trials runs wait for. */
import type { Sql } from "../store/database.ts";
import type { Taken, TrialJob } from "./jobs.ts";

/** The keys of those trials that have to be computed: some run waits for them, and they are neither there nor failed for good. */
export async function wanted(sql: Sql, taken: readonly Taken<TrialJob>[]): Promise<Set<string>> {
  const rows = await sql.query<{ key: string }>(
    `select asked.key from unnest($1::text[]) as asked (key)
     where exists (
         select from minimand.run_trials t join minimand.runs r on r.id = t.run
         where t.key = asked.key and t.state = 'open' and r.state in ('waiting', 'running'))
       and not exists (select from minimand.failures f where f.key = asked.key)
       and not exists (select from minimand.results r where r.key = asked.key)`,
    [taken.map(({ data }) => data.key)],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Notes for all runs that wait for trials what came of these, as far as they are finished. */
export async function settle(sql: Sql, keys: readonly string[]): Promise<void> {
  await sql.query(
    `update minimand.run_trials t set collected = false,
       state = case when exists (select from minimand.results r where r.key = t.key) then 'done' else 'failed' end
     where key = any($1::text[]) and state = 'open'
       and (exists (select from minimand.results r where r.key = t.key) or exists (select from minimand.failures f where f.key = t.key))`,
    [keys],
  );
}
