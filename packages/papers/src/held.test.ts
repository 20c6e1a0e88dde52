import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { quotedRows, type Row, settings } from "./held.fixture.ts";
import { papers } from "./index.ts";

interface Figure {
  text: string;
  /** Whether it is a share or a difference of shares, which may be stored as a fraction. */
  hundredfold: boolean;
}

/** A number, or two with `±` or `to` between them, and its unit; not what is inside of a name, as in `F2` or `top-100`. */
const figure =
  /(?<![\w.]|\w-)(\d+(?:\.\d+)?(?:e-?\d+)?)(?: (?:±|to) (\d+(?:\.\d+)?))?(?![\w-]|\.\d)(?=( %| points?)?)/g;

/** Digits in groups of three are one number. */
const ungrouped = (text: string): string => text.replaceAll(/(?<=\d),(?=\d{3})/g, "");

/** The numbers of a sentence. */
function figuresOf(sentence: string): Figure[] {
  return [...ungrouped(sentence).matchAll(figure)].flatMap(([, first, second, unit]) =>
    [first, second]
      .filter((text) => text !== undefined)
      .map((text) => ({ text, hundredfold: unit !== undefined })),
  );
}

/** All numbers of a value, those in texts included. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "string")
    return (ungrouped(value).match(/\d+(?:\.\d+)?(?:e-?\d+)?/g) ?? []).map(Number);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** Whether a number, rounded to the digits that are written, is what is written; signs are left to the words. */
function isRounded(number: number, text: string): boolean {
  const [mantissa, exponent = "0"] = text.split("e");
  const digits = mantissa.split(".")[1]?.length ?? 0;
  const half = 0.5 * 10 ** (Number(exponent) - digits);
  return Math.abs(Math.abs(number) - Number(text)) <= half * (1 + 1e-9);
}

/** The numbers of a sentence that are neither measured nor settings. */
function unknownIn(sentence: string, measured: readonly number[], known: readonly string[]): string[] {
  return figuresOf(sentence)
    .filter(
      ({ text, hundredfold }) =>
        !known.includes(text) &&
        !measured.some((number) => isRounded(number, text) || (hundredfold && isRounded(100 * number, text))),
    )
    .map(({ text }) => text);
}

interface Measured {
  rows: Readonly<Record<string, unknown>>[];
  because: string;
  seeds: number;
}

function measuredOf(slug: string): Measured {
  return JSON.parse(readFileSync(join(import.meta.dirname, slug, "measured.json"), "utf8")) as Measured;
}

/** The rows of a run that have all values of a quoted one. */
const rowsLike = (rows: Measured["rows"], quoted: Row): Measured["rows"] =>
  rows.filter((row) => Object.entries(quoted).every(([column, value]) => row[column] === value));

/** The numbers that the sentences of a card may have: of the quoted rows, and of what decided the verdict. */
function quotableNumbers(slug: string): number[] {
  const { rows, because, seeds } = measuredOf(slug);
  const quoted = (quotedRows[slug] ?? []).flatMap((row) => rowsLike(rows, row));
  return numbersIn([quoted, because, seeds]);
}

const sentencesOf = (text: string): string[] => text.split(/(?<=[.!?]) (?=[A-Z])/);

describe.each(papers.map(({ card, listing }) => [card.slug, listing] as const))(
  "what is said of %s",
  (slug, { held, notHeld, measured }) => {
    const texts = [held, notHeld].filter((text) => text !== null);

    it("is one or two full sentences of at most 35 words on each side", () => {
      for (const text of texts) {
        const sentences = sentencesOf(text);
        expect(sentences.length, text).toBeLessThanOrEqual(2);
        for (const sentence of sentences) {
          expect(sentence).toMatch(/^[A-Z].*\.$/);
          expect(sentence.split(" ").length, sentence).toBeLessThanOrEqual(35);
        }
      }
    });

    it("is null for a side only where the verdict allows it", () => {
      const verdict = measured?.verdict;
      if (verdict === undefined) expect(texts).toEqual([]);
      else {
        expect(texts).not.toEqual([]);
        if (verdict !== "not reproduced") expect(held).not.toBeNull();
        if (verdict !== "reproduced") expect(notHeld).not.toBeNull();
      }
    });

    it.runIf(measured)("quotes rows that the run has, each once", () => {
      const { rows } = measuredOf(slug);
      for (const row of quotedRows[slug] ?? [])
        expect(rowsLike(rows, row), JSON.stringify(row)).toHaveLength(1);
    });

    it.runIf(measured)("has numbers that the run gave, or listed settings", () => {
      const known = Object.keys(settings[slug] ?? {});
      const numbers = quotableNumbers(slug);
      for (const text of texts) expect(unknownIn(text, numbers, known), text).toEqual([]);
      const written = texts.flatMap((text) => figuresOf(text).map((own) => own.text));
      expect(known.filter((text) => !written.includes(text))).toEqual([]);
    });
  },
);

describe("the check of numbers", () => {
  it("reads numbers with their units, but not those of names", () => {
    const text =
      "At top-5, F2 of 12,800 words rises by 1.0 ± 0.2 points to 3 %, by 2e-6, in 64 x 64 cells, -0.5.";
    expect(figuresOf(text)).toEqual([
      { text: "12800", hundredfold: false },
      { text: "1.0", hundredfold: true },
      { text: "0.2", hundredfold: true },
      { text: "3", hundredfold: true },
      { text: "2e-6", hundredfold: false },
      { text: "64", hundredfold: false },
      { text: "64", hundredfold: false },
      { text: "0.5", hundredfold: false },
    ]);
  });

  it("finds a number rounded as it is written, and a share as a fraction", () => {
    expect(unknownIn("It is 96.4 %, 0.34 s and 3e-6.", [0.96382, 0.338, 3.2e-6], [])).toEqual([]);
    expect(unknownIn("It is 96.4 s.", [0.96382], [])).toEqual(["96.4"]);
    expect(unknownIn("It is 5e-3.", [], ["5e-3"])).toEqual([]);
  });

  it("fails for a changed digit", () => {
    const lion = papers.find(({ card }) => card.slug === "lion")!.listing;
    for (const digits of ["96.5", "95.4", "97.6"]) {
      const changed = lion.notHeld!.replace(digits === "97.6" ? "97.5" : "96.4", digits);
      expect(changed).not.toBe(lion.notHeld);
      expect(unknownIn(changed, quotableNumbers("lion"), [])).toEqual([digits]);
    }
  });
});
