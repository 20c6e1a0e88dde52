import { createHash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { hasBlob, putBlob, readBlob } from "./blobs.ts";
import { describeDatabases } from "./databases.fixture.ts";

describeDatabases("blobs", (database, it) => {
  const count = async (table: string): Promise<number> =>
    (await database().query<{ n: number }>(`select count(*)::int as n from minimand.${table}`))[0].n;

  it("gives back what was stored, by its hash, whatever its length", async () => {
    for (const length of [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 17]) {
      const bytes = randomBytes(length);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(await hasBlob(database(), sha256)).toBe(false);
      expect(await putBlob(database(), bytes)).toBe(sha256);
      expect(await hasBlob(database(), sha256)).toBe(true);
      expect(bytes.equals(await readBlob(database(), sha256))).toBe(true);
    }
  });

  it("stores the same once, also where several do it at the same time", async () => {
    const bytes = randomBytes(2 * 2 ** 20);
    const before = [await count("blobs"), await count("blob_chunks")];
    const all = await Promise.all(Array.from({ length: 5 }, () => putBlob(database(), bytes)));
    expect(new Set(all).size).toBe(1);
    expect([await count("blobs"), await count("blob_chunks")]).toEqual([before[0] + 1, before[1] + 2]);
    expect(bytes.equals(await readBlob(database(), all[0]))).toBe(true);
  });

  it("refuses a file that isn't there, and one that is damaged or lacks a piece", async () => {
    const nowhere = "0".repeat(64);
    await expect(readBlob(database(), nowhere)).rejects.toThrow(
      `expected a file of hash ${nowhere}, got none`,
    );
    const sha256 = await putBlob(database(), randomBytes(2 * 2 ** 20));
    const change =
      "update minimand.blob_chunks set content = set_byte(content, 5, 1 - get_byte(content, 5) % 2)";
    await database().query(`${change} where sha256 = $1 and place = 1`, [sha256]);
    await expect(readBlob(database(), sha256)).rejects.toThrow("got one that is damaged");
    await database().query("delete from minimand.blob_chunks where sha256 = $1 and place = 1", [sha256]);
    await expect(readBlob(database(), sha256)).rejects.toThrow("got one that is damaged");
  });
});
