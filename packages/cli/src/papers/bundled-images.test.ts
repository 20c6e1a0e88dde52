import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readIdx } from "@minimand/papers";
import { describe, expect, it } from "vitest";

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

const folder = new URL("../../../../data/images/", import.meta.url);
const index: Entry[] = JSON.parse(readFileSync(new URL("index.json", folder), "utf8"));
const readme = readFileSync(new URL("../README.md", folder), "utf8");

describe("the bundled images", () => {
  it("are all in the index, and nothing else", () => {
    const listed = index.flatMap(({ files }) => files.map(({ file }) => file));
    expect(listed.sort()).toEqual(
      readdirSync(folder)
        .filter((file) => file !== "index.json")
        .sort(),
    );
    for (const { name, files, source, licence, description } of index) {
      expect(files.map(({ file }) => file)).toEqual([`${name}-images.idx3.gz`, `${name}-labels.idx1.gz`]);
      expect(source).toMatch(/^(Debian|npm) \S+ \S+$/);
      expect(Math.min(licence.length, description.length)).toBeGreaterThan(10);
    }
  });

  it.each(index)("$name has the checksums, the shape and the classes that index and README say", (entry) => {
    const bytes = entry.files.map(({ file }) => readFileSync(new URL(file, folder)));
    entry.files.forEach(({ file, sha256 }, i) => {
      expect(createHash("sha256").update(bytes[i]).digest("hex")).toBe(sha256);
      expect(readme).toContain(`\n${sha256}  images/${file}\n`);
    });
    expect(readme).toContain(`| \`${entry.name}\` | ${entry.count} | `);
    const [images, labels] = bytes.map((file) => new Uint8Array(gunzipSync(file)));
    const read = readIdx(images, labels, entry.name);
    expect([read.count, read.height, read.width]).toEqual([entry.count, entry.height, entry.width]);
    const perClass = entry.classes.map((_, k) => read.labels.filter((label) => label === k).length);
    expect(perClass).toEqual(entry.perClass);
    expect(perClass.reduce((a, b) => a + b, 0)).toBe(entry.count);
    expect(new Set(read.pixels).size).toBe(256);
  });
});
