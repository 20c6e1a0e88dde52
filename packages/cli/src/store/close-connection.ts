import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, ClientBase } from "pg";

/** Milliseconds until a server that is told goodbye has closed a connection. */
const goodbye = 1000;

/** Closes a connection. Over a link that is cut nobody answers, and a socket that isn't closed would keep this process from its end. */
export async function closeConnection(client: Client): Promise<void> {
  const ended = client.end().catch(() => {});
  await Promise.race([ended, sleep(goodbye, undefined, { ref: false })]);
  cutConnection(client);
}

/** Waits for connections that are being closed, and cuts those that nobody answers on. */
export async function closeConnections(open: ReadonlySet<ClientBase>): Promise<void> {
  const until = performance.now() + goodbye;
  while (open.size > 0 && performance.now() < until) await sleep(10);
  for (const client of open) cutConnection(client);
}

/** Cuts a connection, whatever runs on it. */
export function cutConnection(client: ClientBase): void {
  socketOf(client).destroy();
}

function socketOf(client: ClientBase): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
