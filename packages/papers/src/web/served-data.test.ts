import { gunzipSync, gzipSync } from "node:zlib";
import { sha256Of } from "@minimand/compare";
import { afterEach, describe, expect, it, vi } from "vitest";
import { papersData } from "../index.ts";
import { servedData } from "./served-data.ts";

const table = "x,target\n0.5,a\n2.25,b\n1.75,a\n";
const packed = new Uint8Array(gzipSync(table));
const sums = { "one.csv.gz": await sha256Of(packed) };

/** A server of one file, and what it was asked for. */
function server(files: Record<string, Uint8Array<ArrayBuffer>>): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    const bytes = files[address];
    return bytes === undefined ? new Response("", { status: 404 }) : new Response(bytes);
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const rowsOf = async (find: ReturnType<typeof servedData>): Promise<number> => {
  const data = await papersData(find, ["one"], "there").dataset("one");
  return data.labels.length;
};

describe("data on a server", () => {
  it("are read as they are, and where the server has unpacked them", async () => {
    for (const bytes of [packed, new Uint8Array(gunzipSync(packed))])
      for (const known of [sums, undefined]) {
        server({ "/data/one.csv.gz": bytes });
        expect(await rowsOf(servedData("/data/", known))).toBe(3);
      }
  });

  it("of known sums are named without being fetched, and asked for by no other name", async () => {
    const asked = server({ "/data/images/one-images.idx3.gz": packed });
    const known = { "images/one-images.idx3.gz": "aa", "images/one-labels.idx1.gz": "bb" };
    const { one, two } = await papersData(servedData("/data/", known), ["one", "two"], "there").sources();
    expect(one).toEqual([
      { file: "one-images.idx3.gz", sha256: "aa" },
      { file: "one-labels.idx1.gz", sha256: "bb" },
    ]);
    expect(two).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("of another sum, and those that are gone, are refused with their name", async () => {
    server({ "/data/one.csv.gz": new Uint8Array(gzipSync(`${table}4.5,b\n`)) });
    await expect(rowsOf(servedData("/data/", sums))).rejects.toThrow(
      /^data: expected one.csv.gz with SHA-256 /,
    );
    server({});
    await expect(rowsOf(servedData("/data/", sums))).rejects.toThrow(
      "data: expected one.csv.gz on the server, got no such file",
    );
  });
});
