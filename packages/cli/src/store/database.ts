import type { ConstructorOptions } from "pg-boss";

/**
 * Where SQL is answered. Statements are text with parameters (`$1`, `$2`, ...): nothing that anyone has typed is ever put into the text.
 * A statement may be sent a second time where a connection broke before its answer, so each can happen twice without harm.
 */
export interface Sql {
  /** The rows of one statement; bytes come as `Uint8Array`, and counts are cast to `int` or `float8` by the statement. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
}

/** A database that this process has opened, migrated: PostgreSQL, or the same embedded in this process. */
export interface Database extends Sql {
  readonly kind: "postgres" | "pglite";
  /** What messages call it, without a password. */
  readonly name: string;
  /** All that the work does happens, or nothing. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Through which pg-boss reaches it. */
  readonly boss: Required<Pick<ConstructorOptions, "db" | "backend">>;
  /** Opens a connection of its own for a lock; null where no connection is ours alone (embedded, behind a transaction pooler). */
  session(): Promise<Session | null>;
  close(): Promise<void>;
}

/** A connection that is held to say that this process is there. */
export interface Session extends Sql {
  /** Whether the connection is still up, as far as this side knows. */
  readonly alive: boolean;
  close(): Promise<void>;
}
