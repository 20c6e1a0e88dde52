import { describe, expect, it } from "vitest";
import { csv } from "../../../../../test/support/datasets.ts";
import { tableOf } from "../../../../../test/support/tables.ts";
import { examinePairs, pairTable, repeatedPairs } from "./index.ts";

const rows = Array.from({ length: 200 }, (_, i) => i);
const read = async (columns: Parameters<typeof csv>[0]) => pairTable(await tableOf(csv(columns)));
const notesOf = async (columns: Parameters<typeof csv>[0]) =>
  examinePairs(await read(columns)).map(({ level, column = "", text }) => `${level}|${column}|${text}`);

const long = (i: number) => `much longer ${i}`;
const short = (i: number) => `short ${i}`;

describe("the lengths of responses", () => {
  const noteOf = async (longer: number) => {
    const isLong = (i: number) => i < longer;
    const [note] = await notesOf({
      chosen: rows.map((i) => (isLong(i) ? long(i) : short(i))),
      rejected: rows.map((i) => (isLong(i) ? short(i) : long(i))),
    });
    return note;
  };

  it("that tell what was chosen are a warning, with the accuracy of the rule", async () => {
    expect(await noteOf(140)).toBe(
      "warning||the longer response is the chosen one in 70.0 % of 200 pairs (equal lengths count half): compare accuracies with that of 'longer wins'",
    );
    expect(await noteOf(40)).toMatch(/^warning\|\|the shorter response is the chosen one in 80\.0 %/);
  });

  it("that could be so by chance are told, too", async () => {
    expect(await noteOf(112)).toMatch(/^info\|\|the longer response is the chosen one in 56\.0 % of 200/);
    const equal = { chosen: rows.map((i) => `a${i}`), rejected: rows.map((i) => `b${i}`) };
    expect((await notesOf(equal))[0]).toMatch(/^info\|\|the longer response is the chosen one in 50\.0 %/);
  });
});

describe("a column that gives the label away", () => {
  const noise = { x_chosen: rows.map((i) => (i * 7) % 11), x_rejected: rows.map((i) => (i * 5) % 13) };
  const low = rows.map((i) => i);

  it("is larger, or smaller, on nearly every chosen side", async () => {
    const higher = low.map((v) => v + 1);
    expect(await notesOf({ ...noise, score_chosen: higher, score_rejected: low })).toEqual([
      expect.stringMatching(
        /^warning\|score\|is larger on the chosen side of 100\.0 % of the pairs in which it differs: .* --ignore score_chosen,score_rejected/,
      ),
    ]);
    expect((await notesOf({ ...noise, score_chosen: low, score_rejected: higher }))[0]).toMatch(/is smaller/);
  });

  it("isn't one that is larger on nine of ten", async () => {
    const often = low.map((v) => (v % 10 === 0 ? v - 1 : v + 1));
    expect(await notesOf({ ...noise, score_chosen: often, score_rejected: low })).toEqual([]);
  });
});

describe("pairs that were judged more than once", () => {
  /** One pair 3 to 1, one 2 to 0, one 1 to 1, and one alone. */
  const given = {
    chosen: ["a", "a", "a", "b", "c", "c", "e", "f", "g"],
    rejected: ["b", "b", "b", "a", "d", "d", "f", "e", "h"],
  };

  it("are counted: labels against the majority, and labels that agree", async () => {
    expect(repeatedPairs(await read(given))).toEqual({
      pairs: 3,
      labels: 8,
      contradictions: 2,
      agreements: 3 + 1,
      total: 6 + 1 + 1,
    });
  });

  it("say how many labels are wrong at least, and which rate explains them", async () => {
    const [, note] = await notesOf({
      chosen: [...given.chosen.slice(0, 6), "c", "c"],
      rejected: [...given.rejected.slice(0, 6), "d", "d"],
    });
    // Of the labels of a and b three of six agree, of those of c and d all six: 9 of 12, so (1 - sqrt(1/2)) / 2.
    expect(note).toBe(
      "warning||2 pairs were judged more than once (8 labels), and 1 of them contradict the majority of their pair: at least 12.5 % of these labels are wrong, if one response is better; two labels agree in 75.0 %, which is a flip rate of 14.6 %",
    );
    expect((await notesOf(given))[1]).toMatch(/two labels agree no more often than by chance$/);
  });

  it("always alike may be copies", async () => {
    const [, note] = await notesOf({ chosen: ["a", "a", "c"], rejected: ["b", "b", "d"] });
    expect(note).toBe(
      "info||1 pair was judged more than once (2 labels), always alike: by several raters, or copied?",
    );
  });

  it("are the same whoever judged them, and when", async () => {
    const pairs = await read({ x_chosen: [1, 2, 5], x_rejected: [2, 1, 6], rater: ["a", "b", "a"] });
    expect(repeatedPairs(pairs)).toMatchObject({ pairs: 1, labels: 2, contradictions: 1, agreements: 0 });
  });

  it("of other prompts are other pairs", async () => {
    const pairs = await read({ prompt: ["p", "q"], chosen: ["a", "b"], rejected: ["b", "a"] });
    expect(repeatedPairs(pairs).pairs).toBe(0);
  });
});
