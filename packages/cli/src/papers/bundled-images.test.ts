import { gunzipSync } from "node:zlib";
import { readIdx } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { bundled } from "../../../../test/support/bundled.ts";

interface Entry {
  name: string;
  count: number;
  height: number;
  width: number;
  classes: string[];
  perClass: number[];
  description: string;
  source: string;
  original: string;
  licence: string;
  files: { file: string; sha256: string }[];
}

const { index, readme, read, complete } = bundled<Entry>("images/");

describe("the bundled images", () => {
  it("are all in the index, and nothing else", () => {
    complete(
      index.flatMap(({ files }) => files.map(({ file }) => file)),
      ["index.json"],
    );
    for (const { name, files } of index)
      expect(files.map(({ file }) => file)).toEqual([`${name}-images.idx3.gz`, `${name}-labels.idx1.gz`]);
  });

  it.each(index)("$name has the checksums, the shape and the classes that index and README say", (entry) => {
    const bytes = entry.files.map(({ file, sha256 }) => read(file, sha256));
    expect(readme).toContain(`| \`${entry.name}\` | ${entry.count} | `);
    const [images, labels] = bytes.map((file) => new Uint8Array(gunzipSync(file)));
    const set = readIdx(images, labels, entry.name);
    expect([set.count, set.height, set.width]).toEqual([entry.count, entry.height, entry.width]);
    const perClass = entry.classes.map((_, k) => set.labels.filter((label) => label === k).length);
    expect(perClass).toEqual(entry.perClass);
    expect(perClass.reduce((a, b) => a + b, 0)).toBe(entry.count);
    expect(new Set(set.pixels).size).toBe(256);
  });
});
