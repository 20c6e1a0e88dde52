import pgPass from "pgpass";

/**
 * The password that libpq's password file (`PGPASSFILE`, else `~/.pgpass`) has for a connection; undefined without one. `pg` would ask
 * it by itself, with a warning that it won't in its next version.
 */
export function passwordInFile(connection: {
  host: string;
  port: number;
  database: string;
  user: string;
}): Promise<string | undefined> {
  // libpq looks for a socket under this name.
  const host = connection.host.startsWith("/") ? "localhost" : connection.host;
  return new Promise((resolve) => pgPass({ ...connection, host }, (password) => resolve(password)));
}
