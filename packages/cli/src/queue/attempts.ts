/* Attempts at trials that came to nothing. */
import { printable } from "../printable.ts";
import type { Sql } from "../store/database.ts";
import type { TrialJob } from "./jobs.ts";
import { settle } from "./waiting.ts";

/** A reason as a store has it: it may name a file by any characters, of which PostgreSQL's texts can't hold a NUL, and be of any length. */
export const keptReason = (reason: string): string => printable(reason.slice(0, 2000));

/** Remembers why attempts came to nothing. */
export async function noteTries(sql: Sql, keys: readonly string[], reason: string): Promise<void> {
  if (keys.length === 0) return;
  await sql.query(
    `insert into minimand.tries (key, tries, reason) select key, 1, $2 from unnest($1::text[]) as key
     on conflict (key) do update set tries = least(tries.tries, 1000000) + 1, reason = excluded.reason`,
    [keys, keptReason(reason)],
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
