/* Attempts at trials that came to nothing. */
import { printable } from "../printable.ts";
import type { Sql } from "../store/database.ts";
import type { TrialJob } from "./jobs.ts";
import { settle } from "./waiting.ts";

/** Remembers why attempts came to nothing. */
export async function noteTries(sql: Sql, keys: readonly string[], reason: string): Promise<void> {
  if (keys.length === 0) return;
  await sql.query(
    `insert into minimand.tries (key, tries, reason) select key, 1, $2 from unnest($1::text[]) as key
     on conflict (key) do update set tries = tries.tries + 1, reason = excluded.reason`,
    [keys, printable(reason)],
  );
}

/** Marks a trial as one that fails whoever tries it. */
export async function giveUp(sql: Sql, { key, tries }: Pick<TrialJob, "key" | "tries">): Promise<void> {
  await sql.query(
    `insert into minimand.failures (key, tries, reason)
     select $1, $2, coalesce((select reason from minimand.tries where key = $1), 'its workers ended or were not heard of any more')
     on conflict (key) do nothing`,
    [key, tries],
  );
  await settle(sql, [key]);
}
