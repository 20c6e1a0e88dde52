import type { Sql } from "../../../store/database.ts";
import type { Rhythm } from "./rhythm.ts";
import { periodOf } from "./subscriptions.ts";

/** A digest that is to be sent. */
export interface Planned {
  id: string;
  subscription: string;
  address: string;
  rhythm: Rhythm;
  message: string;
  after: string;
  until: string;
  tries: number;
  plannedAt: Date;
}

/** Seconds after which who sends, and doesn't say a word, counts as gone. Longer than a mail takes. */
const leaseSeconds = 90;

/** Tries of a digest that the server puts off, over about six hours. */
const mostTries = 12;

/** The last number that its column holds: one more would end the plan for everybody. */
const mostDigests = 2 ** 31 - 1;

/**
 * Plans a digest for everyone who is due and for whom there is news. Whose last one is still to be sent is due once it is. One plan is one statement:
 * nobody is left out of it, whatever happens.
 */
export async function planDigests(sql: Sql): Promise<void> {
  await sql.query(
    `with due as (
      select s.id, s.digests + 1 as number, s.news_seen, news.last, coalesce(news.last > s.news_seen, false) as told,
        ${periodOf("s.rhythm")} as period
      from minimand.subscriptions s, (select max(id) as last from minimand.news) news
      where s.confirmed_at is not null and s.period < ${periodOf("s.rhythm")} and s.digests < ${mostDigests}
        and not exists (
          select from minimand.digests d where d.subscription = s.id and d.finished_at is null)
      for update of s skip locked
    ), planned as (
      insert into minimand.digests (subscription, number, news_after, news_until, message)
      select id, number, news_seen, last, encode(sha256(convert_to(id || ':' || number, 'utf8')), 'hex')
      from due where told on conflict do nothing
    )
    update minimand.subscriptions s
    set period = due.period, digests = case when due.told then due.number else s.digests end
    from due where s.id = due.id`,
  );
}

/** Becomes the one who sends: two would send the same mails. */
export async function takeLease(sql: Sql, holder: string): Promise<boolean> {
  const rows = await sql.query(
    // A lease that ends an hour after ours is nobody's of this version; statements that wait for the row see ends a little later than ours.
    `insert into minimand.sender (holder, until) values ($1::uuid, now() + $2::int * interval '1 second')
    on conflict (one) do update set holder = excluded.holder, until = excluded.until
    where sender.until < now() or sender.until > excluded.until + interval '1 hour' or sender.holder = excluded.holder returning 1`,
    [holder, leaseSeconds],
  );
  return rows.length > 0;
}

export async function giveUpLease(sql: Sql, holder: string): Promise<void> {
  await sql.query("delete from minimand.sender where holder = $1::uuid", [holder]);
}

/** Whoever had it is gone: this process has the store alone. */
export async function breakLease(sql: Sql): Promise<void> {
  await sql.query("delete from minimand.sender");
}

/** The next digest to send; null without one, and where someone else sends now. */
export async function nextDigest(sql: Sql, holder: string): Promise<Planned | null> {
  const [row] = await sql.query<Planned>(
    `with held as (
      update minimand.sender set until = now() + $2::int * interval '1 second' where holder = $1::uuid returning 1
    )
    select d.id::text, s.id::text as subscription, s.address, s.rhythm, d.message, d.news_after::text as after,
      d.news_until::text as until, d.tries, d.planned_at as "plannedAt"
    from minimand.digests d join minimand.subscriptions s on s.id = d.subscription
    where exists (select from held) and d.finished_at is null and d.try_at <= now()
    order by d.id limit 1`,
    [holder, leaseSeconds],
  );
  return row ?? null;
}

/** A digest was sent, or there was nothing to say: the next one begins behind it. */
export async function finishDigest(sql: Sql, id: string): Promise<void> {
  await sql.query(
    `with done as (
      update minimand.digests set finished_at = now() where id = $1::bigint and finished_at is null
      returning subscription, news_until
    )
    update minimand.subscriptions s set news_seen = done.news_until, refusals = 0
    from done where s.id = done.subscription`,
    [id],
  );
}

/** A digest wasn't taken: what it says is said by the next one. */
export async function dropDigest(sql: Sql, id: string): Promise<void> {
  await sql.query("update minimand.digests set finished_at = now() where id = $1::bigint", [id]);
}

/**
 * A digest is to be tried again, a minute later first, an hour in the end.
 *
 * @returns whether there is another try
 */
export async function putOff(sql: Sql, { id, tries }: Planned): Promise<boolean> {
  if (tries + 1 >= mostTries) return false;
  await sql.query(
    `update minimand.digests set tries = $2::int + 1, try_at = now() + least(60, 2 ^ $2::int) * interval '1 minute'
    where id = $1::bigint`,
    [id, tries],
  );
  return true;
}
