import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DataError } from "../data-error.ts";
import { gunzip } from "./bytes/gunzip.ts";
import { readTable } from "./read-table.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const rows = (count: number) => "1,a\n".repeat(count);

/** Files that took minutes to years, each of a size at which the time is linear now and was far beyond the limit before. */
const texts: Record<string, [name: string, text: string]> = {
  "a mail whose first cell is a line of dashes": ["mail.csv", `${"-".repeat(60)}x,1\nn,b\n${rows(20)}`],
  "a JSON text that is never closed": ["a.jsonl", `{"a":NaN}\n{"a":"${'\\"'.repeat(200_000)}NaN\n`],
  "lines of blanks before a quote": ["a.csv", `n,b\n${rows(20)}${" \u2028".repeat(100_000)}\n1,"a"\n`],
};

describe("readTable", () => {
  it.each(Object.entries(texts))(
    "reads or refuses %s at once",
    { timeout: 10_000 },
    async (_, [name, text]) => {
      const outcome = await readTable(bytesOf(text), { name }).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DataError);
    },
  );

  it("reads thousands of gzip members", { timeout: 20_000 }, async () => {
    const noise = Array.from({ length: 100 }, (_, i) => `${i},${Math.sin(i)}\n`).join("");
    const members = [gzipSync("a,b\n"), ...Array<Buffer>(20_000).fill(gzipSync(noise))];
    const content = await gunzip(Buffer.concat(members), "cat.csv.gz", 1e9);
    expect(content).toHaveLength(4 + 20_000 * noise.length);
  });

  it("refuses a damaged gzip file with thousands of false headers", { timeout: 20_000 }, async () => {
    const headers = new Uint8Array(1_000_000).map((_, i) => [0x1f, 0x8b, 8, 0][i % 4]!);
    const damaged = Buffer.concat([gzipSync("a,b\n1,2\n"), headers]);
    await expect(gunzip(damaged, "a.gz", 1e9)).rejects.toThrow("a.gz: expected a whole gzip file");
  });

  it("checks the sum of each gzip member, and takes zeros behind the last one for padding", async () => {
    const [one, two] = [gzipSync("a,b\n"), gzipSync("1,2\n")];
    const content = await gunzip(Buffer.concat([one, two, new Uint8Array(1000)]), "a.gz", 100);
    expect(new TextDecoder().decode(content)).toBe("a,b\n1,2\n");
    two[two.length - 8] ^= 1;
    await expect(gunzip(Buffer.concat([one, two]), "a.gz", 100)).rejects.toThrow("damaged or cut-off data");
    await expect(gunzip(Buffer.concat([one, one]), "a.gz", 7)).rejects.toThrow("expected at most 7 bytes");
  });

  it("reports progress while it unpacks", async () => {
    const seen: number[] = [];
    const packed = gzipSync(crypto.getRandomValues(new Uint8Array(60_000)));
    const members = Buffer.concat(Array<Buffer>(300).fill(packed));
    await gunzip(members, "a.gz", 1e9, (done, total) => {
      expect(total).toBe(members.length);
      seen.push(done);
    });
    expect(new Set(seen).size).toBeGreaterThan(1);
  });
});
