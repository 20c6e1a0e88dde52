import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { UsageError } from "../failure.ts";
import { type PostgresAddress, parseStore } from "./store-address.ts";

type Environment = Record<string, string | undefined>;
const read = (text: string | undefined, env: Environment = {}): PostgresAddress =>
  parseStore(text, env) as PostgresAddress;
const partsOf = ({ config }: PostgresAddress): unknown[] => [
  config.user,
  config.host,
  config.port,
  config.database,
];
const passwordOf = async ({ config }: PostgresAddress): Promise<string> =>
  await (config.password as () => Promise<string>)();

describe("parseStore", () => {
  it("reads folders of embedded databases", () => {
    expect(parseStore("pglite:/a/folder", {})).toEqual({ kind: "pglite", folder: "/a/folder" });
    expect(parseStore("pglite:a folder", {})).toEqual({
      kind: "pglite",
      folder: join(process.cwd(), "a folder"),
    });
  });

  it("reads addresses of servers, and fills in what they leave out from libpq's variables", () => {
    expect(partsOf(read("postgres://me@there:5433/runs"))).toEqual(["me", "there", 5433, "runs"]);
    expect(partsOf(read("postgresql://me@[::1]/a%20b"))).toEqual(["me", "::1", 5432, "a b"]);
    expect(partsOf(read("postgres://me@%2Frun%2Fpg/runs"))).toEqual(["me", "/run/pg", 5432, "runs"]);
    expect(partsOf(read("postgres:///runs?host=/run/pg&user=me"))).toEqual(["me", "/run/pg", 5432, "runs"]);
    const env = { PGHOST: "elsewhere", PGPORT: "6000", PGUSER: "you", PGDATABASE: "others" };
    expect(partsOf(read("postgres:", env))).toEqual(["you", "elsewhere", 6000, "others"]);
    expect(partsOf(read("postgres://there/runs", env))).toEqual(["you", "there", 6000, "runs"]);
    expect(partsOf(read("postgres:", { PGUSER: "you" }))).toEqual(["you", "localhost", 5432, "you"]);
  });

  it("prefers DATABASE_URL to libpq's variables, and needs no address where it is set", () => {
    const env = { DATABASE_URL: "postgres://me@there/runs", PGHOST: "elsewhere" };
    for (const text of ["postgres:", undefined])
      expect(partsOf(read(text, env))).toEqual(["me", "there", 5432, "runs"]);
    expect(() => parseStore(undefined, { PGHOST: "elsewhere" })).toThrow("and no DATABASE_URL");
  });

  it("takes passwords from the environment and the password file, and shows none", async () => {
    const file = join(temporaryFolder(), "passwords");
    writeFileSync(file, "there:5432:*:me:of-the-file\nlocalhost:*:*:me:of-the-socket\n", { mode: 0o600 });
    const before = process.env.PGPASSFILE;
    process.env.PGPASSFILE = file;
    try {
      const env = { DATABASE_URL: "postgres://me:of%40the-url@there/runs", PGPASSWORD: "of-the-variable" };
      expect(await passwordOf(read("postgres:", env))).toBe("of@the-url");
      const address = "postgres://me@there/runs";
      expect(await passwordOf(read(address, env))).toBe("of-the-variable");
      expect(await passwordOf(read(address))).toBe("of-the-file");
      expect(await passwordOf(read("postgres://me@there:5433/runs"))).toBeUndefined();
      expect(await passwordOf(read("postgres://me@%2Frun%2Fpg/runs"))).toBe("of-the-socket");
      const found = read("postgres:", env);
      expect(found.name).toBe("there/runs");
      expect(inspect(found, { depth: 9, showHidden: true })).not.toContain("of@the-url");
    } finally {
      if (before === undefined) delete process.env.PGPASSFILE;
      else process.env.PGPASSFILE = before;
    }
  });

  it("takes what a pooler needs, and names the program", () => {
    expect(read("postgres://there/runs").pooled).toBe(false);
    expect(read("postgres://there/runs?pooled=true").pooled).toBe(true);
    expect(read("postgres://there/runs").config.application_name).toBe("minimand");
    expect(read("postgres://there:6543/runs?pooled=true").name).toBe("there:6543/runs");
  });

  it("means by sslmode what libpq means", () => {
    const folder = temporaryFolder();
    const root = join(folder, "root.crt");
    writeFileSync(root, "a certificate");
    const tls = (query: string, env: Environment = {}): unknown => {
      const { config, plainToo } = read(`postgres://there/runs${query}`, env);
      return [config.ssl, plainToo];
    };
    const any = { rejectUnauthorized: false };
    expect(tls("")).toEqual([any, true]);
    expect(tls("?sslmode=disable")).toEqual([false, false]);
    expect(tls("?sslmode=require")).toEqual([any, false]);
    expect(tls("", { PGSSLMODE: "require" })).toEqual([any, false]);
    expect(tls("?sslmode=verify-full", { PGSSLMODE: "disable" })).toEqual([{}, false]);
    expect(tls("?sslmode=verify-full&sslrootcert=system")).toEqual([{}, false]);
    expect(tls("?sslmode=verify-full", { PGSSLROOTCERT: root })).toEqual([{ ca: "a certificate" }, false]);
    const signed = [{ ca: "a certificate", checkServerIdentity: expect.any(Function) }, false];
    expect(tls(`?sslmode=verify-ca&sslrootcert=${root}`)).toEqual(signed);
    expect(tls(`?sslmode=require&sslrootcert=${root}`)).toEqual(signed);
    expect(read("postgres://%2Frun%2Fpg/runs?sslmode=require").config.ssl).toBe(false);
    expect(() => tls("?sslmode=verify-ca")).toThrow("expected sslrootcert=FILE with sslmode=verify-ca");
    expect(() => tls("?sslmode=sometimes")).toThrow("got 'sometimes'");
    mkdirSync(join(folder, "folder"));
    expect(() => tls(`?sslmode=verify-full&sslrootcert=${folder}/folder`)).toThrow(
      `expected sslrootcert to be a file that can be read, got ${folder}/folder`,
    );
  });

  it("refuses nonsense in one line, without a password", () => {
    const secret = "correct-horse";
    const refused: [text: string, env: Environment, said: string][] = [
      ["mysql://there/runs", {}, "got mysql:..."],
      [`there:${secret}`, {}, "got there:..."],
      [`a folder ${secret}`, {}, "expected postgres://HOST/DATABASE, postgres: or pglite:FOLDER"],
      ["", {}, "expected postgres://"],
      ["pglite:", {}, "expected a folder, got none"],
      ["postgres:/there/runs", {}, "got postgres:..."],
      [`postgres://me:${secret}@there/runs`, {}, "expected an address without a password"],
      [`postgres://there/runs?password=${secret}`, {}, "expected an address without a password"],
      ["postgres://a,b/runs?port=x", {}, "expected a port from 1 to 65535, got 'x'"],
      ["postgres://there:99999/runs", {}, "expected an address postgres://HOST/DATABASE"],
      ["postgres://there/runs", { PGPORT: "many" }, "expected a port from 1 to 65535, got 'many'"],
      ["postgres://there/runs?pooled=perhaps", {}, "expected pooled=true or pooled=false, got 'perhaps'"],
      ["postgres://there/runs?pool=true", {}, "got 'pool'"],
      ["postgres://there/%zz", {}, "expected an address whose % are written %25"],
      ["postgres:", { DATABASE_URL: `me:${secret}` }, "DATABASE_URL: expected an address"],
      ["postgres:", { DATABASE_URL: `postgres://me:12/${secret}@there/runs` }, "have / as %2F"],
      ["postgres:", { DATABASE_URL: `postgres://me:12?${secret}@there/runs` }, "? as %3F"],
      ["postgres:", { DATABASE_URL: `postgres://me:${secret}@there:port/runs` }, "DATABASE_URL: expected"],
    ];
    for (const [text, env, said] of refused) {
      const refusal = refusalOf(() => parseStore(text, env));
      expect(refusal).toBeInstanceOf(UsageError);
      expect(refusal.message).toContain(said);
      expect(refusal.message).not.toContain("\n");
      expect(inspect(refusal, { depth: 9, showHidden: true })).not.toContain(secret);
    }
  });
});

function refusalOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was refused");
}
