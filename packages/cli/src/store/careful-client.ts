import type { Socket } from "node:net";
import pg from "pg";
import { UsageError } from "../failure.ts";

/** What is used of a connection of `pg` that its types don't have. */
interface Connection {
  attachListeners(stream: Pick<Socket, "on">): void;
}

/**
 * Returns the class of clients of one database. `pg` reads answers in a listener of the socket, so that an answer that it can't read would end
 * the process. Here it ends the connection, with a UsageError of one line.
 *
 * @param name of the database, for the message
 */
export function carefulClient(name: string): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      const { connection } = this as unknown as { connection: Connection };
      const { attachListeners } = connection;
      // Once for a plain connection, or once for TLS.
      connection.attachListeners = (stream) =>
        attachListeners.call(connection, carefully(stream as Socket, name));
    }
  };
}

/** The part of a socket that `pg` listens to; what listeners of data throw ends the socket. */
function carefully(socket: Socket, name: string): Pick<Socket, "on"> {
  const on = (event: string, listener: (...values: unknown[]) => void): Socket =>
    socket.on(event, (...values: unknown[]) => {
      try {
        listener(...values);
      } catch (error) {
        socket.destroy(new UsageError(`${name}: ${unreadable(error)}`));
      }
    });
  return { on } as Pick<Socket, "on">;
}

/** Authentication that servers may ask for and `pg` doesn't know. */
const authentications: Record<string, string> = {
  2: "Kerberos V5",
  6: "SCM credentials",
  7: "GSSAPI",
  9: "SSPI",
};

function unreadable(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, type] = /^Unknown authenticationOk message type (\d+)$/.exec(text) ?? [];
  if (type === undefined) return `expected a PostgreSQL server, got answers that can't be read (${text})`;
  const asked = authentications[type] ?? `authentication of type ${type}`;
  return `expected a server that asks for a password or nothing, got one that asks for ${asked}`;
}
