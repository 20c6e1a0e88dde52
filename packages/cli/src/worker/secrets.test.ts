import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { everythingIn, sampleCsv, start, temporaryFolder, tiny } from "../../../../test/support/cli.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { oneProcess } from "../one-process.fixture.ts";

const server = sharedPostgres({ tls: true, settings: ["log_statement = all"] });

const folder = temporaryFolder();
const run = oneProcess(folder);
const debug = { MINIMAND_DEBUG: "1" };

/** The arguments of all processes. */
const processes = (): string =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .join("\n");

/** All that the database holds, as text. */
async function contents(): Promise<string> {
  const tables = await server.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('minimand', 'minimand_queue')`,
  );
  const texts: string[] = [];
  for (const { name } of tables)
    for (const { text } of await server.query<{ text: string }>(`select t::text as text from ${name} t`))
      texts.push(text);
  return texts.join("\n");
}

describe.runIf(hasPostgres())(`a password of a store${noPostgres}`, () => {
  const list = (args: string[], env: Record<string, string>) =>
    run(["runs", "list", "--json", ...args], { env: { ...debug, ...env } });

  it("is taken from DATABASE_URL, libpq's variables and the password file", async () => {
    const { port, password, url, address } = server;
    const line = `127.0.0.1:${port}:minimand:minimand:${password}\n`;
    const home = join(folder, "home");
    mkdirSync(home);
    for (const name of [join(home, ".pgpass"), join(folder, "passwords")])
      writeFileSync(name, line, { mode: 0o600 });
    const variables = {
      PGHOST: "127.0.0.1",
      PGPORT: String(port),
      PGUSER: "minimand",
      PGDATABASE: "minimand",
    };
    const ways: [string[], Record<string, string>][] = [
      [[], { DATABASE_URL: url }],
      [["--store", "postgres:"], { DATABASE_URL: url }],
      [["--store", "postgres:"], { ...variables, PGPASSWORD: password }],
      [["--store", "postgres:"], { ...variables, PGPASSFILE: join(folder, "passwords") }],
      [["--store", address], { PGPASSFILE: join(folder, "passwords") }],
      [["--store", address], { HOME: home }],
    ];
    for (const [args, env] of ways)
      expect(await list(args, env), JSON.stringify([args, Object.keys(env)])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\{\s+"runs": \[\]/),
      });
  }, 120_000);

  it("is refused in the address, and never shown, whatever goes wrong", async () => {
    const { port, password, url } = server;
    const at = (rest: string): string => `postgres://minimand:${password}@${rest}`;
    const wrong: [string[], Record<string, string>, RegExp][] = [
      [["--store", url], {}, /^minimand: --store: expected an address without a password/],
      [
        ["--store", `postgres://127.0.0.1/a?password=${password}`],
        {},
        /expected an address without a password/,
      ],
      [
        [],
        { DATABASE_URL: `postgres://nobody:${password}@127.0.0.1:${port}/minimand` },
        /expected a user and a password/,
      ],
      [[], { DATABASE_URL: at("127.0.0.1:1/minimand") }, /can't be reached/],
      [[], { DATABASE_URL: at("no-such-host.invalid/minimand") }, /can't be reached/],
      [[], { DATABASE_URL: at(`127.0.0.1:${port}/nowhere`) }, /expected a database that is there/],
      [[], { DATABASE_URL: at(`127.0.0.1:${port}/minimand?sslmode=verify-full`) }, /expected a certificate/],
      [[], { DATABASE_URL: at(`127.0.0.1:${port}/minimand?what=1`) }, /expected only the parameters/],
      [[], { DATABASE_URL: at(`127.0.0.1:99999/minimand`) }, /expected an address/],
      [["--store", server.address], { PGPASSWORD: `${password}x` }, /expected a user and a password/],
    ];
    for (const [args, env, expected] of wrong) {
      const { code, stdout, stderr } = await list(args, env);
      expect({ code, stdout, lines: stderr.split("\n").length }, stderr).toEqual({
        code: 2,
        stdout: "",
        lines: 2,
      });
      expect(stderr).toMatch(expected);
      expect(stderr).not.toContain(password);
    }
  }, 120_000);

  it("goes with a run over TLS into its threads, and nowhere else", async () => {
    writeFileSync(join(folder, "a.csv"), sampleCsv());
    const { password, address, certificate, env } = server;
    // The server's folder is its own user's.
    const root = join(folder, "root.crt");
    writeFileSync(root, readFileSync(certificate));
    const store = `${address}?sslmode=verify-full&sslrootcert=${root}`;
    const args = ["compare", "a.csv", "-t", "y", ...tiny, "--engine", "wasm", "--out", "full", "--json"];
    const { ended } = start([...args, "--store", store], { cwd: folder, env: { ...env, ...debug } });
    let over = false;
    const ran = ended.finally(() => {
      over = true;
    });
    let seen = 0;
    while (!over) {
      const shown = processes();
      if (shown.includes(address)) seen++;
      expect(shown).not.toContain(password);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const { code, stdout, stderr } = await ran;
    expect(code, stderr).toBe(0);
    expect(seen).toBeGreaterThan(0);
    expect(stdout + stderr).not.toContain(password);
    const files = everythingIn(folder).filter(
      (path) => path.startsWith("full/") && statSync(join(folder, path)).isFile(),
    );
    expect(files).toEqual(expect.arrayContaining(["full/results.json", "full/report.html"]));
    for (const path of files) expect(readFileSync(join(folder, path)).includes(password), path).toBe(false);
    const held = await contents();
    expect(held).toContain("verify-full");
    expect(held).not.toContain(password);
    // Of its making alone.
    const log = server
      .log()
      .split("\n")
      .filter((line) => !line.includes("create role"));
    expect(log.some((line) => line.includes("minimand.results"))).toBe(true);
    expect(log.filter((line) => line.includes(password))).toEqual([]);
  }, 180_000);
});
