import type { Sql } from "../../../store/database.ts";
import type { Rhythm } from "./rhythm.ts";

/** Digests that may be refused, one after the other, before a subscription ends. */
const mostRefusals = 3;

/** The time at which a digest of a rhythm is due anew: at six each day, or each Monday, in UTC. */
export const periodOf = (rhythm: string): string =>
  `date_trunc(case ${rhythm} when 'daily' then 'day' else 'week' end, (now() at time zone 'utc') - interval '6 hours')`;

/** Someone asks for mails to an address. Until that is confirmed nothing but its confirmation is sent there. */
export async function askFor(sql: Sql, address: string): Promise<string> {
  const [{ id }] = await sql.query<{ id: string }>(
    `insert into minimand.subscriptions (address, name) values ($1, lower($1))
    on conflict (name) do update set asked_at = now() returning id::text`,
    [address],
  );
  return id;
}

/** The address of a subscription, confirmed or not; null where it has ended. */
export async function addressOf(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql.query<{ address: string }>(
    "select address from minimand.subscriptions where id = $1::uuid",
    [id],
  );
  return row?.address ?? null;
}

/**
 * Begins a subscription with what comes from now on, or gives one that is there another rhythm.
 *
 * @returns whether there is anything to confirm
 */
export async function confirm(sql: Sql, id: string, rhythm: Rhythm): Promise<boolean> {
  const rows = await sql.query(
    `update minimand.subscriptions set
      rhythm = $2::text,
      confirmed_at = coalesce(confirmed_at, now()),
      news_seen = case when confirmed_at is null
        then coalesce((select max(id) from minimand.news), 0) else news_seen end,
      period = case when confirmed_at is null then ${periodOf("$2::text")} else period end
    where id = $1::uuid returning 1`,
    [id, rhythm],
  );
  return rows.length > 0;
}

/** Ends a subscription: nothing is kept of it, its address included. */
export async function end(sql: Sql, id: string): Promise<boolean> {
  const rows = await sql.query("delete from minimand.subscriptions where id = $1::uuid returning 1", [id]);
  return rows.length > 0;
}

/** A mail was refused for reasons that may pass: several in a row end a subscription. */
export async function refuse(sql: Sql, id: string): Promise<void> {
  await sql.query("update minimand.subscriptions set refusals = refusals + 1 where id = $1::uuid", [id]);
  await sql.query("delete from minimand.subscriptions where id = $1::uuid and refusals >= $2::int", [
    id,
    mostRefusals,
  ]);
}

/** Who got a mail, by its Message-ID. */
export async function byMessage(sql: Sql, message: string): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    "select subscription::text as id from minimand.digests where message = $1",
    [message],
  );
  return row?.id ?? null;
}

/** Forgets what nobody confirmed in time, old digests, and counters that have ended. */
export async function forget(sql: Sql): Promise<void> {
  await sql.query(
    "delete from minimand.subscriptions where confirmed_at is null and asked_at < now() - interval '3 days'",
  );
  await sql.query("delete from minimand.digests where finished_at < now() - interval '60 days'");
  await sql.query("delete from minimand.rates where ends_at < now()");
}
