import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundled } from "../../../../test/support/bundled.ts";

interface Listed {
  name: string;
  description: string;
  source: string;
  licence: string;
  file: string;
  sha256: string;
}
type Text = Listed & { documents: number; sentences: number; tokens: number; distinct: number };
type Lexicon = Listed & { entries: number; distinct: number; raters: number };

const { index, readme, read, complete } = bundled<Text | Lexicon>("text/");
const texts = index.filter((entry): entry is Text => "documents" in entry);
const lexicons = index.filter((entry): entry is Lexicon => "entries" in entry);

describe("the bundled texts", () => {
  it("are all in the index, and nothing else", () => {
    complete(
      index.map(({ file }) => file),
      ["index.json", "vader_lexicon.LICENSE.txt"],
    );
  });

  it.each(texts)("$name has the checksum and the numbers that index and README say", (entry) => {
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

  it.each(lexicons)("$name has the checksum, entries and ratings that index and README say", (entry) => {
    const bytes = read(entry.file, entry.sha256);
    expect(readme).toContain(`| \`${entry.name}\` | ${entry.entries} | ${entry.raters} | ${entry.source} |`);

    const lines = gunzipSync(bytes).toString("utf8").trimEnd().split("\n");
    expect(lines.length).toBe(entry.entries);
    expect(new Set(lines.map((line) => line.split("\t")[0])).size).toBe(entry.distinct);
    for (const line of lines) {
      const [, mean, , ratings] = line.split("\t");
      const scores: number[] = JSON.parse(ratings);
      expect(scores.length).toBe(entry.raters);
      expect(Math.max(...scores.map(Math.abs))).toBeLessThanOrEqual(4);
      const sum = scores.reduce((total, score) => total + score, 0);
      expect(Math.abs(sum / entry.raters - Number(mean))).toBeLessThan(0.11);
    }
  });
});
