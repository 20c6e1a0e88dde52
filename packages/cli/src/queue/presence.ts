/* Who is there: a row for each worker, and a lock that goes with its process, however that ends. */
import { cpus, hostname } from "node:os";
import type { Database, Session } from "../store/database.ts";
import type { Environment } from "./environment.ts";

/** The first number of all advisory locks of workers; the second one is the worker's. */
export const lockClass = 0x6d6d6e64;

/** What kind of processor computes here: others may round differently. */
export function processor(): string {
  return cpus()[0]?.model.trim() || process.arch;
}

/** A worker that has joined. */
export interface Presence {
  /** Its number in the store. */
  readonly id: number;
  /** Says that it is there, what it does, and for whose runs. */
  renew(doing: string, houses: readonly string[]): Promise<void>;
  /** Takes the lock again where the connection that held it broke. It may wait long for another connection, so nothing else shall wait for it. */
  hold(): Promise<void>;
  /** The lock's connection; null without a lock. */
  session(): Session | null;
  leave(): Promise<void>;
}

/** Joins the workers of a store. */
export async function join(
  database: Database,
  { environment, concurrency }: { environment: Environment; concurrency: number },
): Promise<Presence> {
  const { versions, engine } = environment;
  const [{ id }] = await database.query<{ id: number }>(
    `insert into minimand.workers (host, pid, version, engine, cpu, concurrency)
     values ($1, $2, $3, $4, $5, $6) returning id`,
    [
      ...[hostname(), process.pid, versions.minimand, `${engine.name}, ${engine.version}`, processor()],
      concurrency,
    ],
  );
  let session = await database.session();
  let holds = session !== null && (await lock(session, id).catch(() => false));
  await database.query("update minimand.workers set locks = $2 where id = $1", [id, holds]);
  return {
    id,
    session: () => session,
    async hold() {
      if (session?.alive === false) {
        holds = false;
        await session.close().catch(() => {});
        session = await database.session();
      }
      // Another connection of this worker may hold it still, where the server has not noticed yet that it broke.
      if (session !== null && !holds) holds = await lock(session, id).catch(() => false);
    },
    async renew(doing, houses) {
      // One that was thought to be gone, and wasn't, is there again.
      await database.query(
        "update minimand.workers set seen_at = now(), left_at = null, locks = $3, doing = $2, houses = $4 where id = $1",
        [id, doing, holds && session?.alive === true, [...houses]],
      );
    },
    async leave() {
      await database.query("update minimand.workers set left_at = now(), doing = null where id = $1", [id]);
      await session?.close();
    },
  };
}

async function lock(session: Session, id: number): Promise<boolean> {
  const [{ locked }] = await session.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1, $2) as locked",
    [lockClass, id],
  );
  return locked;
}

/**
 * The workers with claims whose lock nobody holds: their processes are gone. Where locks say nothing, as in a process of its own, all
 * but this one.
 */
export async function vanished(database: Database, self: number, session: Session | null): Promise<number[]> {
  const others = "select distinct worker as id from minimand.claims where worker <> $1";
  if (session === null) {
    if (database.kind !== "pglite") return [];
    return (await database.query<{ id: number }>(others, [self])).map(({ id }) => id);
  }
  // What a transaction locks is free again at its end, which is that of the statement.
  const rows = await session.query<{ id: number; free: boolean }>(
    `select id, pg_try_advisory_xact_lock($2, id) as free
     from minimand.workers where locks and id in (${others})`,
    [self, lockClass],
  );
  return rows.filter(({ free }) => free).map(({ id }) => id);
}

/** Whether this session is the one that looks for vanished workers: one at a time is enough. */
export async function leads(session: Session): Promise<boolean> {
  const [{ leads }] = await session.query<{ leads: boolean }>("select pg_try_advisory_lock($1, 0) as leads", [
    lockClass,
  ]);
  return leads;
}
