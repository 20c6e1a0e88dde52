import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../../../test/support/cli.ts";
import { signingKey } from "./secret.ts";

describe("signingKey", () => {
  it("makes a secret once, for its owner alone, however many ask at the same time", async () => {
    const folder = join(temporaryFolder(), "new");
    const keys = await Promise.all(Array.from({ length: 8 }, () => signingKey(folder, {})));
    for (const key of [...keys, await signingKey(folder, {})]) expect(key).toEqual(keys[0]);
    expect(readdirSync(folder)).toEqual(["secret"]);
    if (process.platform !== "win32") expect(statSync(join(folder, "secret")).mode & 0o777).toBe(0o600);
    expect(await signingKey(temporaryFolder(), {})).not.toEqual(keys[0]);
  });

  it("takes one of the environment, and writes nothing then", async () => {
    const folder = temporaryFolder();
    const env = { MINIMAND_SECRET: "0123456789".repeat(4) };
    const key = await signingKey(folder, env);
    expect(key).toHaveLength(32);
    expect(await signingKey(temporaryFolder(), env)).toEqual(key);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a short one without showing it, an empty file, and a file that others can read", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "secret");
    await expect(signingKey(folder, { MINIMAND_SECRET: "swordfish" })).rejects.toThrow(
      "MINIMAND_SECRET: expected 32 characters or more, got 9: 'openssl rand -hex 32' makes one",
    );
    writeFileSync(file, "\n", { mode: 0o600 });
    await expect(signingKey(folder, {})).rejects.toThrow(
      `${file}: expected a secret, got a file without one`,
    );
    writeFileSync(file, "0123456789".repeat(4));
    chmodSync(file, 0o644);
    if (process.platform !== "win32")
      await expect(signingKey(folder, {})).rejects.toThrow(
        `${file}: expected a file that only its owner can read`,
      );
    expect(readFileSync(file, "utf8")).toBe("0123456789".repeat(4));
  });
});
