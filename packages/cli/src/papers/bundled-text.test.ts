import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundled } from "../../../../test/support/bundled.ts";

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

const { index, readme, read, complete } = bundled<Entry>("text/");

describe("the bundled texts", () => {
  it("are all in the index, and nothing else", () => {
    complete(
      index.map(({ file }) => file),
      ["index.json"],
    );
  });

  it.each(index)("$name has the checksum and the numbers that index and README say", (entry) => {
    const bytes = read(entry.file, entry.sha256);
    expect(readme).toContain(
      `| \`${entry.name}\` | ${entry.documents} | ${entry.sentences} | ${entry.tokens} | ${entry.source} |`,
    );

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
