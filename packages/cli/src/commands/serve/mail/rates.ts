import { createHmac } from "node:crypto";
import type { Sql } from "../../../store/database.ts";

/** How often something may be asked. */
export interface Rate {
  /** Of what kind, as in `address`. */
  of: string;
  most: number;
  seconds: number;
}

/** Posts of one machine, whatever they ask. */
export const perClient: Rate = { of: "client", most: 20, seconds: 3600 };

/** Mails to one address that nobody has confirmed. */
export const perAddress: Rate = { of: "address", most: 3, seconds: 86_400 };

/**
 * Counts something that was asked.
 *
 * A count that ends more than an hour after a new one would is nobody's of this version, and begins anew.
 *
 * What is counted is kept as an HMAC: the table tells nobody who has asked.
 *
 * @param who of the client or address, as a text
 * @returns seconds to wait; 0 where it may be done
 */
export async function waitFor(sql: Sql, key: Uint8Array, rate: Rate, who: string): Promise<number> {
  const name = createHmac("sha256", key).update(`rate:${rate.of}:${who}`).digest("base64url");
  const [{ count, left }] = await sql.query<{ count: number; left: number }>(
    `insert into minimand.rates as r (name, count, ends_at)
    values ($1, 1, now() + $2::int * interval '1 second')
    on conflict (name) do update set
      count = case when r.ends_at <= now() or r.ends_at > excluded.ends_at + interval '1 hour' then 1 else least(r.count, 1000000) + 1 end,
      ends_at = case when r.ends_at <= now() or r.ends_at > excluded.ends_at + interval '1 hour' then excluded.ends_at else r.ends_at end
    returning count, ceil(extract(epoch from ends_at - now()))::int as left`,
    [name, rate.seconds],
  );
  return count > rate.most ? Math.max(left, 1) : 0;
}
