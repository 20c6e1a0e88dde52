import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { giveToPostgres, initialise, postgresProcess, removeAtTheEnd } from "./postgres-process.ts";

export { hasPostgres, noPostgres } from "./postgres-process.ts";

/** What a test may want of its server. */
export interface PostgresOptions {
  /** Writes are forced to the disk, as in earnest; true by default. */
  fsync?: boolean;
  /** Connections at once; 100 by default. */
  maxConnections?: number;
  /** Only encrypted connections are taken, by a certificate that signs itself. */
  tls?: boolean;
  /** The address that it listens on, 127.0.0.1 by default, and the network of those who may ask. */
  listen?: { address: string; network: string };
  /** Further lines of postgresql.conf. */
  settings?: readonly string[];
}

/** One database of a server, and how its owner, the ordinary role `minimand`, reaches it. */
export interface TestDatabase {
  name: string;
  /** With the password, for `DATABASE_URL`. */
  url: string;
  /** Without it, for `--store`. */
  address: string;
  /** The password, for a process that is given the address. */
  env: { PGPASSWORD: string };
}

/** How a server ends: once its clients have left, at once but in order, or at once and in no order. */
export type StopMode = "smart" | "fast" | "immediate";
const signals = { smart: "SIGTERM", fast: "SIGINT", immediate: "SIGQUIT" } as const;

/** A server for tests, which itself is its database `minimand`. */
export interface TestPostgres extends TestDatabase, AsyncDisposable {
  port: number;
  password: string;
  dataFolder: string;
  /** The file with the certificate where `tls` asked for one. */
  certificate: string;
  /** What it has written to its log. */
  log(): string;
  /** The rows of one statement of the superuser, in the database `minimand` or another. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    parameters?: readonly unknown[],
    database?: string,
  ): Promise<Row[]>;
  /** A further, empty database, for a test of its own. */
  createDatabase(name?: string): Promise<TestDatabase>;
  /** Ends it, "fast" by default. */
  stop(mode?: StopMode): Promise<void>;
  /** Starts it again, with the same port and data. */
  start(): Promise<void>;
  /** Kills all its processes by SIGKILL. */
  crash(): Promise<void>;
}

/** Starts a PostgreSQL in a temporary folder, as an ordinary user; it is gone, folder and all, once it is disposed of or this process ends. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const folder = fs.mkdtempSync(join(tmpdir(), "minimand-pg-"));
  const dataFolder = join(folder, "data");
  const logFile = join(folder, "log");
  const certificate = join(folder, "server.crt");
  const host = options.listen?.address ?? "127.0.0.1";
  const password = randomBytes(12).toString("hex");
  const remove = removeAtTheEnd(folder, dataFolder);
  const server = postgresProcess(dataFolder, logFile);
  try {
    giveToPostgres(folder, 0o700);
    initialise(dataFolder);
    configure(folder, dataFolder, host, options);
    if (options.tls) signItself(join(folder, "server.key"), certificate, host);
    const port = await freePort(host);
    await server.start(port);

    const query: TestPostgres["query"] = async (text, parameters = [], database = "minimand") => {
      const client = new pg.Client({ host: folder, port, user: "postgres", database });
      await client.connect();
      try {
        return (await client.query(text, [...parameters])).rows;
      } finally {
        await client.end();
      }
    };
    let databases = 0;
    const createDatabase = async (name = `test_${++databases}`): Promise<TestDatabase> => {
      await query(`create database ${pg.escapeIdentifier(name)} owner minimand`, [], "postgres");
      return {
        name,
        url: `postgres://minimand:${password}@${host}:${port}/${name}`,
        address: `postgres://minimand@${host}:${port}/${name}`,
        env: { PGPASSWORD: password },
      };
    };
    await query(`create role minimand login password ${pg.escapeLiteral(password)}`, [], "postgres");
    return {
      ...(await createDatabase("minimand")),
      port,
      password,
      dataFolder,
      certificate,
      query,
      createDatabase,
      log: () => fs.readFileSync(logFile, "utf8"),
      start: () => server.start(port),
      stop: (mode = "fast") => server.end(signals[mode]),
      crash: () => server.end("SIGKILL"),
      [Symbol.asyncDispose]: async () => {
        await server.end("SIGQUIT");
        await remove();
      },
    };
  } catch (error) {
    await server.end("SIGQUIT");
    await remove();
    throw error;
  }
}

/** Writes what a server has to know into its data folder. */
function configure(folder: string, dataFolder: string, host: string, options: PostgresOptions): void {
  const { fsync = true, maxConnections = 100, tls = false, listen, settings = [] } = options;
  const access = [
    // Nobody else gets into the folder of the socket.
    "local all postgres trust",
    "local all all scram-sha-256",
    `${tls ? "hostssl" : "host"} all all ${listen?.network ?? "127.0.0.1/32"} scram-sha-256`,
  ];
  const lines = [
    `listen_addresses = '${host}'`,
    `unix_socket_directories = '${folder}'`,
    `max_connections = ${maxConnections}`,
    `fsync = ${fsync ? "on" : "off"}`,
    "shared_buffers = 32MB",
    // Within the data folder: a killed server leaves nothing behind elsewhere.
    "dynamic_shared_memory_type = mmap",
    ...(tls
      ? [
          "ssl = on",
          ...["crt", "key"].map(
            (end) => `ssl_${end === "crt" ? "cert" : end}_file = '${join(folder, "server")}.${end}'`,
          ),
        ]
      : []),
    ...settings,
  ];
  fs.writeFileSync(join(dataFolder, "pg_hba.conf"), `${access.join("\n")}\n`);
  fs.appendFileSync(join(dataFolder, "postgresql.conf"), `${lines.join("\n")}\n`);
}

/** Makes a key and a certificate of this host that signs itself. */
function signItself(key: string, certificate: string, host: string): void {
  const name = ["-subj", "/CN=localhost", "-addext", `subjectAltName=DNS:localhost,IP:${host}`];
  const kind = ["-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  execFileSync("openssl", ["req", ...kind, ...name, "-keyout", key, "-out", certificate], { stdio: "pipe" });
  giveToPostgres(key, 0o600);
  giveToPostgres(certificate, 0o644);
}

/** A port on which nobody listens, below those that outgoing connections take: it stays free while a server is stopped. */
export async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, host, () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
