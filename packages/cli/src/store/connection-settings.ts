import type { ClientBase, PoolConfig } from "pg";
import type { PostgresAddress } from "./store-address.ts";

/** Milliseconds until a connection has to be there. */
const connecting = 5000;

/**
 * Milliseconds until the answer to a statement has to be there: over a link that is cut nothing else would ever tell, since what was
 * sent waits to be sent again for a quarter of an hour. The longest statements move a megabyte or change a thousand rows.
 */
const answering = 30_000;

/** The same of a session, whose statements only ask for locks and never wait for them. */
export const sessionAnswering = 5000;

/** What the server is asked to do on its side of each connection, so that locks of a process that is cut off don't stay, and how it writes times. */
const serverSettings: readonly (readonly [name: string, value: string])[] = [
  ["tcp_keepalives_idle", "10"],
  ["tcp_keepalives_interval", "5"],
  ["tcp_keepalives_count", "3"],
  ["tcp_user_timeout", "20s"],
  ["client_connection_check_interval", "5s"],
  // As times are read here; a database may have another form.
  ["datestyle", "ISO"],
];

/** The settings of all our connections: each side notices within half a minute that the other is gone. */
export function connectionSettings({ config, pooled }: PostgresAddress): PoolConfig {
  return {
    ...config,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: connecting,
    query_timeout: answering,
    // The connections of a pooler are others', too.
    ...(!pooled && { onConnect: settle }),
  };
}

/** Sets what this server knows of it; older ones, and those of systems that can't, lack some. */
export async function settle(client: ClientBase): Promise<void> {
  for (const [name, value] of serverSettings)
    await client.query("select set_config($1, $2, false)", [name, value]).catch(() => {});
}
