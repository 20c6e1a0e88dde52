import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { refusal } from "../../../../../test/support/tables.ts";
import { TooLargeError } from "../../data-error.ts";
import { gunzip } from "./gunzip.ts";

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** Content that is stored as it is. */
const stored = (content: Uint8Array) => gzipSync(content, { level: 0 });
const enough = 2 ** 20;

describe("gzip with several members", () => {
  it("is read whole where a content looks like the beginning of another member", async () => {
    const looks = Uint8Array.of(1, 0x1f, 0x8b, 8, 2, 0x1f, 0x8b, 8, 3);
    const more = Uint8Array.of(4, 5, 6);
    expect([...(await gunzip(joined(stored(looks), stored(more)), "a.gz", enough))]).toEqual([
      ...looks,
      ...more,
    ]);
  });

  it("is read whole where many bytes of a content are the first one of a member", async () => {
    const many = new Uint8Array(3000).fill(0x1f);
    const all = await gunzip(joined(stored(many), stored(Uint8Array.of(7))), "a.gz", enough);
    expect([all.length, all.at(-1)]).toEqual([3001, 7]);
  });

  it("may have zeros behind its end, as many as there are, and nothing else", async () => {
    const content = new TextEncoder().encode("x\n1\n");
    for (const zeros of [1, 2, 3, 4, 5, 512])
      expect([...(await gunzip(joined(stored(content), new Uint8Array(zeros)), "a.gz", enough))]).toEqual([
        ...content,
      ]);
    const behind = joined(stored(content), Uint8Array.of(0, 0, 1));
    expect(await refusal(behind, "a.csv.gz")).toMatch(
      /expected a whole gzip file, got damaged or cut-off data$/,
    );
  });

  it("is taken up to the limit, all members together", async () => {
    const parts = joined(stored(new Uint8Array(600)), stored(new Uint8Array(400)));
    expect(await gunzip(parts, "a.gz", 1000)).toHaveLength(1000);
    await expect(gunzip(parts, "a.gz", 999)).rejects.toThrow(TooLargeError);
  });
});
