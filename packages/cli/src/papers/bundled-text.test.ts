import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

interface Entry {
  name: string;
  documents: number;
  sentences: number;
  tokens: number;
  distinct: number;
  description: string;
  source: string;
  licence: string;
  file: string;
  sha256: string;
}

const folder = new URL("../../../../data/text/", import.meta.url);
const index: Entry[] = JSON.parse(readFileSync(new URL("index.json", folder), "utf8"));
const readme = readFileSync(new URL("../README.md", folder), "utf8");

describe("the bundled texts", () => {
  it("are all in the index, and nothing else", () => {
    expect([...index.map(({ file }) => file), "index.json"].sort()).toEqual(readdirSync(folder).sort());
  });

  it.each(index)("$name has the checksum and the numbers that index and README say", (entry) => {
    const bytes = readFileSync(new URL(entry.file, folder));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(entry.sha256);
    expect(readme).toContain(`\n${entry.sha256}  text/${entry.file}\n`);
    expect(readme).toContain(
      `| \`${entry.name}\` | ${entry.documents} | ${entry.sentences} | ${entry.tokens} | ${entry.source} |`,
    );
    expect(entry.source).toMatch(/^(Debian|npm) \S+ \S+$/);
    expect(Math.min(entry.licence.length, entry.description.length)).toBeGreaterThan(10);

    const documents = gunzipSync(bytes).toString("utf8").trimEnd().split("\n\n");
    const sentences = documents.flatMap((document) => document.split("\n"));
    const tokens = sentences.flatMap((sentence) => sentence.split(" "));
    expect([documents.length, sentences.length, tokens.length]).toEqual([
      entry.documents,
      entry.sentences,
      entry.tokens,
    ]);
    expect(new Set(tokens).size).toBe(entry.distinct);
    expect(tokens).not.toContain("");
  });
});
