import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { exitCodeOf } from "../failure.ts";
import { postgresAddress, silent } from "./databases.fixture.ts";
import { openPostgres } from "./postgres.ts";

const server = sharedPostgres({ tls: true });

/** "encrypted" or "plain", or what was said of the refusal. */
async function connection(query: string): Promise<string> {
  try {
    const database = await openPostgres(postgresAddress(`${server.url}${query}`), silent);
    const [{ ssl }] = await database.query<{ ssl: boolean }>(
      "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
    );
    await database.close();
    return ssl ? "encrypted" : "plain";
  } catch (error) {
    expect(exitCodeOf(error)).toBe(2);
    expect((error as Error).message).not.toContain(server.password);
    return (error as Error).message;
  }
}

/** A certificate that signs itself, for the key of the server or a new one. */
function certificateFor(host: string, path: string, key?: string): string {
  const name = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  const pair =
    key === undefined
      ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${path}.key`]
      : ["-key", key];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...pair, ...name, "-out", path], { stdio: "pipe" });
  return path;
}

describe.runIf(hasPostgres())(`a connection to a server that wants TLS${noPostgres}`, () => {
  it("is encrypted where nothing is said and where it is asked for, and refused without", async () => {
    expect(await connection("")).toBe("encrypted");
    expect(await connection("?sslmode=prefer")).toBe("encrypted");
    expect(await connection("?sslmode=require")).toBe("encrypted");
    expect(await connection("?sslmode=disable")).toContain("no encryption");
  });

  it("trusts the certificate that it is given, and no other", async () => {
    const other = certificateFor("localhost", join(temporaryFolder(), "other.crt"));
    const refused = "expected a certificate as sslmode asks for, got: ";
    expect(await connection("?sslmode=verify-full")).toContain(refused);
    for (const mode of ["verify-full", "verify-ca", "require"]) {
      expect(await connection(`?sslmode=${mode}&sslrootcert=${server.certificate}`)).toBe("encrypted");
      expect(await connection(`?sslmode=${mode}&sslrootcert=${other}`)).toContain(refused);
    }
  });

  it("looks at the host of a certificate with verify-full alone", async () => {
    const key = join(dirname(server.certificate), "server.key");
    const elsewhere = certificateFor("elsewhere", join(temporaryFolder(), "elsewhere.crt"), key);
    // Overwritten, it stays the server's.
    writeFileSync(server.certificate, readFileSync(elsewhere));
    await server.stop();
    await server.start();
    const root = `sslrootcert=${server.certificate}`;
    expect(await connection(`?sslmode=verify-ca&${root}`)).toBe("encrypted");
    expect(await connection(`?sslmode=require&${root}`)).toBe("encrypted");
    expect(await connection(`?sslmode=verify-full&${root}`)).toMatch(/got: Hostname\/IP does not match/);
  });
});
