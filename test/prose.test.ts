import { describe, expect, it } from "vitest";
import { check } from "../scripts/prose/check.ts";
import { docstringsOf } from "../scripts/prose/docstrings.ts";
import { applyExceptions, exceptionsIn, mostExceptions } from "../scripts/prose/exceptions.ts";
import { newestSection, passagesOfPage } from "../scripts/prose/markdown.ts";
import { sentencesOf, wordsIn } from "../scripts/prose/sentences.ts";
import { bannedIn } from "../scripts/prose/words.ts";

const rulesIn = (page: string): string[] =>
  check(passagesOfPage("docs/page.md", page, "docs")).map(({ rule }) => rule);

/** A sentence of so many words. */
const sentence = (words: number): string => `Word${" word".repeat(words - 1)}.`;

describe("words of the guide", () => {
  it.each([
    ["can be told from chance, at a price that the report names", "told"],
    ["its probabilities are to be believed less", "believed"],
    ["its difference to cross-entropy is no luck, all losses taken together", "no luck"],
    ["undecided: a finalist of which these data can't tell", "tell"],
    ["a test that a new thing doesn't fail without is none", "is none"],
    ["takes a name that is none", "is none"],
    ["tells where is what people know from optax", "tells"],
    ["makes that cost a token a token", "a token a token"],
    ["A line tells how long", "tells"],
    ["It is a word about these rows and this metric", "a word about"],
    ["numbers in foreign spellings keep it", "foreign spellings"],
    ["what comes late is let be", "what comes late"],
    ["what stands in front of the prediction", "stands"],
    ["These columns don't tell the target", "tell"],
    ["No paper is all of this", "is all of this"],
    ["good for nothing", "good for nothing"],
    ["Lion 96.4 % with 4 bytes of state a parameter", "state a parameter"],
  ])("%s: fails", (before, word) => {
    expect(rulesIn(`${before}\n`)).toContain(word);
  });

  it.each([
    "are significant; the report states what they cost",
    "its probabilities are less well calibrated",
    "its difference from cross-entropy is significant after correction for all losses",
    "significantly worse",
    "undecided: the data are too few to separate it from the baseline",
    "sampling of rows dominates the uncertainty; more seeds barely help",
    "The folder is locked during a run",
    "a test must fail when the feature is removed",
    "accepts an unknown option",
    "Profile with `MINIMAND_PROFILE=FOLDER`",
    "maps names from optax and PyTorch",
    "makes the cost per token constant",
    "The progress line shows the time left",
    "for the remaining rows it depends on how confident the models are",
    "This holds for these rows and this metric only",
    "numbers in other locales stay as written",
    "links in mails act as credentials",
    "stale results are ignored",
    "columns copied to the output",
    "The columns do not appear to predict the target",
    "No papers match",
    "Every mail has an unsubscribe link",
    "unusable",
    "Throws: no observations yet.",
    "Smoke simulation: DCDM needs 9 iterations instead of CG's 65, but each is so costly that a solve takes 10.2 ms instead of 0.4 ms",
    "Held: Lion's update equals the constrained problem's. Not held: Lion reaches 96.4 % test accuracy, AdamW 97.5 %; Lion stores half the optimizer state (4 instead of 8 bytes per parameter)",
  ])("%s: passes", (after) => {
    // One sentence is no page.
    expect(rulesIn(`${after}\n`).filter((rule) => rule !== "average")).toEqual([]);
  });

  it.each([
    "The tail of a distribution is long, and so is a long tail.",
    "Keep the file: `--keep` keeps the model, and keeping it costs nothing.",
    "A stand-alone page stands alone, n stands for rows, and long-standing results stand out.",
    "Rows of one group stay together.",
    "There is none, none of them is lost, and none are left.",
    "A Lie group has a Lie algebra; besides, an in-house tool knows house prices.",
    "After 20 epochs a row is drawn, one at a time.",
    "Lay out the table, and understand the standard.",
  ])("%s: is plain English", (text) => {
    expect(rulesIn(text)).toEqual([]);
  });

  it.each([
    ["The doctor looks at the keep on the desk.", ["doctor", "the keep", "desk"]],
    ["The together path has one; a duty of the house fingerprint.", ["the together", "duty", "house"]],
    ["It lies beside the file, as it were, mended.", ["lies", "beside", "as it were", "mended"]],
    ["A state of yours, and the like of it, is let be.", ["of yours", "the like of", "is let be"]],
    ["It takes 64 bytes a row, ten a line.", ["bytes a row", "ten a line"]],
  ])("%s: has each", (text, words) => {
    expect(
      bannedIn(text, "docs/page.md")
        .map(({ word }) => word)
        .toSorted(),
    ).toEqual(words.toSorted());
  });

  it("may hold for a package alone", () => {
    expect(bannedIn("A tail on houses.", "packages/native/README.md").map(({ word }) => word)).toEqual([
      "tail",
    ]);
    expect(bannedIn("A tail on houses.", "packages/cli/README.md").map(({ word }) => word)).toEqual([
      "houses",
    ]);
  });
});

describe("lengths", () => {
  it("are at most 35 words a sentence, and 20 on the average of a page", () => {
    expect(rulesIn(`${sentence(35)} ${sentence(4)}`)).toEqual([]);
    expect(rulesIn(`${sentence(36)} ${sentence(4)}`)).toEqual(["length"]);
    expect(rulesIn(`# Name\n\n${sentence(20)}\n\n- ${sentence(20)}`)).toEqual([]);
    expect(rulesIn(`# Name\n\n${sentence(20)}\n\n- ${sentence(21)}`)).toEqual(["average"]);
  });

  it("don't count for headings, which alone must not ask", () => {
    expect(rulesIn(`# ${sentence(36)}\n\nIs it?`)).toEqual([]);
    expect(rulesIn("# Is it?\n\nIs it?")).toEqual(["question"]);
  });

  it("are of sentences as one reads them", () => {
    const texts = (text: string): string[] => sentencesOf(text).map((one) => one.text);
    expect(texts("Use it, e.g. X of J. Smith vs. Adam.\nSee X. Then 0.5\nholds!")).toEqual([
      "Use it, e.g. X of J. Smith vs. Adam.",
      "See X.",
      "Then 0.5 holds!",
    ]);
    expect(wordsIn("a + b - 0.5 ms, top-1 (X)")).toBe(6);
  });
});

describe("pages", () => {
  it("are checked outside of code, tables, addresses and generated blocks", () => {
    const page = [
      "A `stands`, [link](https://example.org/tell), <https://example.org/tell>",
      "and `two",
      "stands` tell.",
      "",
      "    tell",
      "",
      "```sh",
      "tell",
      "```",
      "",
      "| tell |",
      "| ---- |",
      "| tell |",
      "",
      '<!-- measured {"tell": 1} -->',
      "",
      "They tell.",
      "",
      "<!-- /measured -->",
      "",
      "<!-- open -->",
      "",
      "## What does it tell?",
    ].join("\n");
    const found = check(passagesOfPage("docs/page.md", page, "docs"));
    expect(found.map(({ line, rule }) => [line, rule])).toEqual([
      [3, "tell"],
      [23, "question"],
      [23, "tell"],
    ]);
  });

  it("leave out what a changelog says of older versions", () => {
    expect(newestSection("# Changes\n\n## 2\n\nnew\n\n## 1\n\nold\n")).toBe("# Changes\n\n## 2\n\nnew\n\n");
  });
});

describe("docstrings", () => {
  it("are checked on the first line, of what is exported", () => {
    const source = [
      "/** Tells a. And",
      " * stands there. Beside it. */",
      "export const a = 1;",
      "/** Tells b. */",
      "const b = 2;",
      "/**",
      " * Returns `stands`,",
      " * {@link tells}.",
      " *",
      " * It lies.",
      " * @returns tells",
      " */",
      "export function c(): void {}",
      "/* It tells. */",
      "export const e = 1;",
      "/** @internal tells */",
      "export type D = typeof b;",
    ].join("\n");
    const passages = docstringsOf("packages/a/src/a.ts", source, "docstrings of a");
    expect(passages.map(({ line, text }) => [line, text])).toEqual([
      [1, "Tells a. And\nstands there."],
      [7, "Returns X,\nX."],
    ]);
    expect(check(passages).map(({ line, rule }) => [line, rule])).toEqual([
      [1, "tells"],
      [2, "stands"],
    ]);
  });
});

describe("exceptions", () => {
  const rules = (page: string): string[] =>
    applyExceptions(check(passagesOfPage("a.md", page, "docs")), exceptionsIn("a.md", page)).map(
      ({ rule, message }) => (message.startsWith("no ") ? `unused ${rule}` : rule),
    );

  it("hold for a word in the passage below, and are all used", () => {
    const exception = "<!-- prose: allow stands because the song has it -->";
    expect(rules(`${exception}\n\nIt stands\nand tells.\n\nIt stands.\n`)).toEqual(["tells", "stands"]);
    expect(rules(`${exception}\n\nIt is.\n`)).toEqual(["unused stands"]);
    expect(rules(`It stands.\n\n${exception}\n`)).toEqual(["stands", "unused stands"]);
    expect(rules('<!-- prose: allow "is none" because it is quoted -->\nIt is none.\n')).toEqual([]);
    expect(rules(`It is.\n\n<!-- prose: allow average because of a formula -->\n\n${sentence(30)}`)).toEqual([
      "unused average",
    ]);
    expect(rules(`${sentence(34)}\n\n<!-- prose: allow average because of a formula -->\n`)).toEqual([]);
    expect(exceptionsIn("a.ts", "a(\n  // prose: allow tell because it is a name\n  b)")).toEqual([
      { path: "a.ts", line: 2, rule: "tell" },
    ]);
  });

  it("hold for their own file", () => {
    const found = check(passagesOfPage("a.md", "It stands.", "docs"));
    const exception = { path: "b.md", line: 1, rule: "stands" };
    expect(applyExceptions(found, [exception]).map(({ path }) => path)).toEqual(["a.md", "b.md"]);
  });

  it("have a reason, and are few", () => {
    expect(() => exceptionsIn("a.md", "<!-- prose: allow stands -->")).toThrow(
      'a.md:1: expected "prose: allow WORD because REASON", got "allow stands"',
    );
    const page = "<!-- prose: allow tell because it is quoted -->\nThey tell.\n\n".repeat(mostExceptions + 1);
    expect(rules(page)).toEqual(["tell"]);
  });
});
