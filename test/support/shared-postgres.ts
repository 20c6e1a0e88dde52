import { afterAll, beforeAll } from "vitest";
import { hasPostgres, type PostgresOptions, startPostgres, type TestPostgres } from "./postgres.ts";

export { hasPostgres, noPostgres } from "./postgres.ts";

/**
 * Starts a PostgreSQL before the tests of this file, or of this block, and ends it after them. Does nothing if PostgreSQL is not installed.
 *
 * @param options as of `startPostgres`, but without `fsync`
 * @returns the server, whose members are there once it has started
 */
export function sharedPostgres(options: PostgresOptions = {}): TestPostgres {
  const server = {} as TestPostgres;
  beforeAll(async () => {
    if (hasPostgres()) Object.assign(server, await startPostgres({ fsync: false, ...options }));
  }, 60_000);
  afterAll(() => server[Symbol.asyncDispose]?.());
  return server;
}
