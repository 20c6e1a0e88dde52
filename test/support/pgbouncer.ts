import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atTheEnd } from "./at-the-end.ts";
import type { TestPostgres } from "./postgres.ts";
import { freePort, hasPostgres, noPostgres } from "./postgres.ts";
import { asPostgres, giveToPostgres } from "./postgres-process.ts";

const program = "/usr/sbin/pgbouncer";
const reason = fs.existsSync(program) ? "" : `there is no ${program}`;
if (reason !== "") console.warn(`${reason}: tests behind a pooler are left out`);

/** Why tests behind a pooler are skipped, for their names; empty where there is one. */
export const noPooler = reason === "" ? noPostgres : ` (skipped: ${reason})`;

/** Whether there are PostgreSQL and PgBouncer. */
export function hasPooler(): boolean {
  return reason === "" && hasPostgres();
}

/** A PgBouncer in front of a server, which gives each transaction any of four connections. */
export interface Pooler extends AsyncDisposable {
  /** As the server's own. */
  address: string;
  log(): string;
}

/** Starts a PgBouncer, by default in transaction mode; it is gone, folder and all, once it is disposed of or this process ends. */
export async function startPooler(
  { port: behind, password, name }: TestPostgres,
  mode: "transaction" | "statement" = "transaction",
): Promise<Pooler> {
  const folder = fs.mkdtempSync(join(tmpdir(), "minimand-pgbouncer-"));
  const [settings, users, log] = ["ini", "users", "log"].map((file) => join(folder, file));
  const port = await freePort("127.0.0.1");
  const lines = [
    ...["[databases]", `* = host=127.0.0.1 port=${behind}`, "[pgbouncer]", "listen_addr = 127.0.0.1"],
    ...[`listen_port = ${port}`, `unix_socket_dir = ${folder}`, `auth_file = ${users}`],
    ...["auth_type = scram-sha-256", `pool_mode = ${mode}`, "default_pool_size = 4"],
  ];
  fs.writeFileSync(settings, `${lines.join("\n")}\n`);
  fs.writeFileSync(users, `"minimand" "${password}"\n`);
  giveToPostgres(folder, 0o700);
  for (const file of [settings, users]) giveToPostgres(file, 0o600);
  const [command, ...args] = asPostgres([program, settings]);
  const output = fs.openSync(log, "a");
  const child = spawn(command, args, { detached: true, stdio: ["ignore", output, output] });
  child.unref();
  const remove = atTheEnd('kill -KILL "$2"; rm -rf "$1"', [folder, String(child.pid)]);
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`PgBouncer didn't start:\n${fs.readFileSync(log, "utf8")}`);
    await sleep(20);
  }
  return {
    address: `postgres://minimand@127.0.0.1:${port}/${name}`,
    log: () => fs.readFileSync(log, "utf8"),
    [Symbol.asyncDispose]: remove,
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
