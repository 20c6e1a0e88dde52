import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atTheEnd } from "./at-the-end.ts";

const versionOf = (bin: string): number => Number(bin.split("/").at(-2));
const [bin = ""] = fs
  .globSync("/usr/lib/postgresql/*/bin")
  .filter((folder) => fs.existsSync(join(folder, "initdb")))
  .sort((a, b) => versionOf(b) - versionOf(a));

// PostgreSQL refuses to run as root.
const asOther = process.getuid?.() === 0;
const user = asOther ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] : [];

function whyNot(): string {
  if (bin === "") return "there is no PostgreSQL in /usr/lib/postgresql";
  if (asOther && spawnSync(user[0], [...user.slice(1), "true"]).status !== 0)
    return "setpriv can't become the user postgres";
  return "";
}

const reason = whyNot();
if (reason !== "") console.warn(`${reason}: tests that need one are left out`);

/** Why tests of PostgreSQL are skipped, for their names; empty where there is one. */
export const noPostgres = reason === "" ? "" : ` (skipped: ${reason})`;

/** Whether there is a PostgreSQL that tests can start. */
export function hasPostgres(): boolean {
  return reason === "";
}

/** A program of PostgreSQL with its arguments, as the ordinary user that it runs as. */
function commandOf(program: string, args: readonly string[]): string[] {
  return asPostgres([join(bin, program), ...args]);
}

/** A command as the ordinary user that PostgreSQL runs as. */
export function asPostgres(command: readonly string[]): string[] {
  return [...user, ...command];
}

/** Gives a file or folder to the user that PostgreSQL runs as. */
export function giveToPostgres(path: string, mode: number): void {
  fs.chmodSync(path, mode);
  if (asOther) execFileSync("chown", ["postgres:postgres", path]);
}

/** Makes the data folder of a server without any user but the superuser `postgres`: a copy of one for all tests, since `initdb` takes a second. */
export function initialise(dataFolder: string): void {
  runAsPostgres("cp", ["-R", initialised(), dataFolder]);
}

/** The data folder that is copied, of the PostgreSQL that is here. */
function initialised(): string {
  const initdb = join(bin, "initdb");
  const folder = join(tmpdir(), `minimand-test-postgres-${versionOf(bin)}`);
  const data = join(folder, "data");
  if (fs.existsSync(folder)) return data;
  const made = fs.mkdtempSync(`${folder}-`);
  giveToPostgres(made, 0o700);
  // Without forcing it to the disk: the machine doesn't go down in a test.
  const args = ["-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-A", "trust"];
  runAsPostgres(initdb, ["-D", join(made, "data"), ...args]);
  try {
    fs.renameSync(made, folder);
  } catch {
    // Another process was faster.
    fs.rmSync(made, { recursive: true });
  }
  return data;
}

function runAsPostgres(program: string, args: readonly string[]): void {
  const [command, ...rest] = asPostgres([program, ...args]);
  execFileSync(command, rest, { cwd: tmpdir(), stdio: ["ignore", "ignore", "pipe"] });
}

/** Stops the server of a folder and removes the folder, once the function is called or this process ends. */
export function removeAtTheEnd(folder: string, dataFolder: string): () => Promise<void> {
  const stop = commandOf("pg_ctl", ["-D", dataFolder, "-m", "immediate", "-t", "30", "stop"]);
  const script = `
    folder=$1
    file=$2/postmaster.pid
    shift 2
    kill -CONT "$(head -n 1 "$file")"
    "$@"
    # A server that was killed leaves a piece of shared memory.
    if [ -e "$file" ]; then ipcrm -m "$(sed -n 7p "$file" | tr -s " " | cut -d " " -f 3)"; fi
    rm -rf "$folder"`;
  return atTheEnd(script, [folder, dataFolder, ...stop]);
}

/** The processes of a server of PostgreSQL, which come and go. */
export interface PostgresProcess {
  start(port: number): Promise<void>;
  /** Sends a signal to the first process, SIGKILL to all, and waits until they are gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** The processes of the server of a data folder, whose log is appended to a file. */
export function postgresProcess(dataFolder: string, logFile: string): PostgresProcess {
  let server: ChildProcess | null = null;
  return {
    async start(port) {
      const [command, ...args] = commandOf("postgres", ["-D", dataFolder, "-p", String(port)]);
      const log = fs.openSync(logFile, "a");
      // In a group of its own: a Ctrl-C is for the test.
      const child = spawn(command, args, {
        cwd: dataFolder,
        detached: true,
        stdio: ["ignore", log, log],
      });
      fs.closeSync(log);
      child.unref();
      server = child;
      while (!isReady(dataFolder, child.pid!)) {
        if (hasEnded(child)) throw new Error(`PostgreSQL didn't start:\n${fs.readFileSync(logFile, "utf8")}`);
        await sleep(20);
      }
    },
    async end(signal) {
      if (server === null || hasEnded(server)) return;
      // It starts no other process between the look at them and their end.
      if (signal === "SIGKILL") server.kill("SIGSTOP");
      const children = childrenOf(server.pid!);
      const ended = once(server, "exit");
      server.ref();
      server.kill(signal);
      if (signal === "SIGKILL") for (const pid of children) kill(pid);
      await ended;
      // Whoever is left holds memory that keeps the next server from starting.
      while (children.some(isThere)) await sleep(10);
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Whether the server has written that it is ready, the same one. */
function isReady(dataFolder: string, pid: number): boolean {
  const lines = textOf(join(dataFolder, "postmaster.pid")).split("\n");
  return lines[0] === String(pid) && lines[7]?.trim() === "ready";
}

function childrenOf(parent: number): number[] {
  return fs
    .readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && statusOf(pid)?.parent === parent);
}

function isThere(pid: number): boolean {
  return (statusOf(pid)?.state ?? "Z") !== "Z";
}

function statusOf(pid: number): { state: string; parent: number } | null {
  const [, state, parent] = /\) (\S) (\d+)/.exec(textOf(`/proc/${pid}/stat`)) ?? [];
  return state === undefined ? null : { state, parent: Number(parent) };
}

/** The text of a file that may be gone by now. */
function textOf(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
