import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dataFile } from "@minimand/data";
import { expect } from "vitest";

/** What every entry of an index of bundled data tells. */
interface Told {
  name: string;
  description: string;
  source: string;
  licence: string;
}

const readme = readFileSync(new URL("../README.md", dataFile()), "utf8");

/** The files of a folder of bundled data (`""`, `text/`, `images/`) with its index and what there is to check of both. */
export function bundled<Entry extends Told>(place: string) {
  const folder = dataFile(place);
  const index: Entry[] = JSON.parse(readFileSync(new URL("index.json", folder), "utf8"));
  return {
    index,
    readme,
    /** The bytes of a file, whose sum is that of index and README. */
    read: (file: string, sha256: string): Buffer => {
      const bytes = readFileSync(new URL(file, folder));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
      expect(readme).toContain(`\n${sha256}  ${place}${file}\n`);
      return bytes;
    },
    /** All of them are in the index, and nothing else, with where they come from. */
    complete: (files: readonly string[], besides: readonly string[]): void => {
      const found = readdirSync(folder).filter((file) => !besides.includes(file));
      expect(files.toSorted()).toEqual(found.sort());
      for (const { source, licence, description } of index) {
        expect(source).toMatch(/^(Debian|npm|GitHub) \S+ \S+$/);
        expect(Math.min(licence.length, description.length)).toBeGreaterThan(10);
      }
    },
  };
}
