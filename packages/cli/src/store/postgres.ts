import pg from "pg";
import { UsageError } from "../failure.ts";
import { never, untilAborted } from "../run/until-aborted.ts";
import { carefulClient } from "./careful-client.ts";
import { closeConnection, closeConnections, cutConnection } from "./close-connection.ts";
import { sessionAnswering, settle } from "./connection-settings.ts";
import type { Database, Session, Sql } from "./database.ts";
import { isOutage } from "./database-errors.ts";
import { firstConnection } from "./first-connection.ts";
import { bearOutages } from "./outages.ts";
import type { PostgresAddress } from "./store-address.ts";

/** How a PostgreSQL database is opened. */
export interface PostgresOptions {
  /** Says a line to the user. */
  tell: (line: string) => void;
  /** Milliseconds for which a statement is tried again when the connection breaks. Default 10 minutes. */
  patience?: number;
  /** Connections at most; sessions come on top. Default 4. */
  connections?: number;
  /** Ends the opening, with its reason; what is open is ended by `close`. */
  signal?: AbortSignal;
}

/** Milliseconds until a connection that is being closed is cut, whatever runs on it. */
const grace = 5000;

/**
 * Opens a PostgreSQL database: a few connections, made when they are needed.
 *
 * The first connection has to succeed. Later on a statement or a transaction whose connection breaks is sent again, whole, see
 * {@link bearOutages}; one that another transaction was in the way of, too.
 *
 * @throws UsageError of one line where the server can't be reached, refuses us, or is too old
 */
export async function openPostgres(
  address: PostgresAddress,
  { tell, patience = 600_000, connections = 4, signal = never }: PostgresOptions,
): Promise<Database> {
  const { name, pooled } = address;
  const options = await firstConnection(address, signal);
  const Client = carefulClient(name);
  const pool = new pg.Pool({ ...options, max: connections, idleTimeoutMillis: 60_000, Client });
  // An idle connection that breaks is replaced by the next statement.
  pool.on("error", () => {});
  const open = new Set<pg.PoolClient>();
  const sessions: Session[] = [];
  pool.on("connect", (client) => {
    open.add(client);
    client.once("end", () => open.delete(client));
  });
  const closing = new AbortController();
  const bear = bearOutages({ name, patience, tell, signal: closing.signal });
  const busy = new Set<pg.PoolClient>();

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    // Unheard, it would end the process; the statement that is running fails with it, too.
    client.on("error", onError);
    busy.add(client);
    try {
      return await work(client);
    } catch (error) {
      // What is left of it on the connection is nobody's.
      broken ??= error as Error;
      throw error;
    } finally {
      busy.delete(client);
      client.off("error", onError);
      client.release(broken);
    }
  }

  const db: Database["boss"]["db"] = {
    executeSql: (text, values) =>
      bear(() =>
        withClient(async (client) => {
          const result: pg.QueryResult | pg.QueryResult[] = await client.query(text, values);
          // Several statements have several results, and pg-boss looks for its rows among them all.
          return { rows: Array.isArray(result) ? result.flatMap(({ rows }) => rows) : result.rows };
        }),
      ),
  };

  return {
    kind: "postgres",
    name,
    query: (text, parameters) => bear(() => withClient((client) => sqlOf(client).query(text, parameters))),
    transaction: (work) =>
      bear(() =>
        withClient(async (client) => {
          await client.query("begin");
          try {
            const answer = await work(sqlOf(client));
            await client.query("commit");
            return answer;
          } catch (error) {
            if (!isOutage(error)) await client.query("rollback").catch(() => {});
            throw error;
          }
        }),
      ),
    boss: { db, backend: "postgres" },
    async session() {
      if (pooled) return null;
      const session = await bear(() =>
        openSession(new Client({ ...options, query_timeout: sessionAnswering }), closing.signal),
      );
      sessions.push(session);
      return session;
    },
    async close() {
      closing.abort(new UsageError(`${name}: expected an open database, got one that is closed`));
      const cut = setTimeout(() => {
        for (const client of busy) cutConnection(client);
      }, grace);
      await pool.end();
      clearTimeout(cut);
      await Promise.all([closeConnections(open), ...sessions.map((session) => session.close())]);
    },
  };
}

async function openSession(client: pg.Client, closing: AbortSignal): Promise<Session> {
  let alive = true;
  const gone = (): void => {
    alive = false;
  };
  client.on("error", gone);
  client.on("end", gone);
  try {
    await untilAborted(closing, client.connect());
    await untilAborted(closing, settle(client));
  } catch (error) {
    void closeConnection(client);
    throw error;
  }
  const { query } = sqlOf(client);
  return {
    get alive() {
      return alive;
    },
    query: (...statement) =>
      query<never>(...statement).catch((error: unknown) => {
        // What has had no answer keeps all others waiting.
        if (isOutage(error)) gone();
        throw error;
      }),
    close: () => closeConnection(client),
  };
}

function sqlOf(client: pg.ClientBase): Sql {
  return {
    query: async <Row extends object>(text: string, parameters: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(text, [...parameters])).rows,
  };
}
