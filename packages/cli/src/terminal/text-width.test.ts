import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText, textWidth, wrapText } from "./text-width.ts";

describe("the width of a text", () => {
  it("counts East Asian characters and emoji twice, marks and what is only told to the renderer not at all", () => {
    const widths: [string, number][] = [
      ["focal", 5],
      ["0.75 ± 0.03 –", 13],
      ["类别名称", 8],
      ["ｆｕｌｌ", 8],
      ["ﾊﾝｶｸ", 4],
      ["한국어", 6],
      // The same syllable of two parts.
      ["\u1112\u1161", 2],
      ["e\u0301tude", 5],
      ["Z\u0351\u036b\u0343", 1],
      ["a\u200bb\u202ec", 3],
      ["🙂", 2],
      ["👩‍👩‍👧", 2],
      ["❤\ufe0f", 2],
      ["1\ufe0f\u20e3", 2],
      ["🇩🇪", 2],
      ["हिन्दी", 5],
    ];
    for (const [text, width] of widths) expect([text, textWidth(text)]).toEqual([text, width]);
  });

  it("counts a row of millions of joined emoji as the one that it is", () => {
    expect(textWidth("👨\u200d".repeat(8_000_000))).toBe(2);
  });
});

describe("cutText", () => {
  it("leaves what fits, and never halves a character", () => {
    expect(cutText("focal", 5)).toBe("focal");
    expect(cutText("focal", 4)).toBe("foc…");
    expect(cutText("类别名称", 6)).toBe("类别…");
    expect(cutText("e\u0301e\u0301e\u0301", 2)).toBe("e\u0301…");
    expect(cutText("👩‍👩‍👧👩‍👩‍👧", 3)).toBe("👩‍👩‍👧…");
    expect(cutText("focal", 0)).toBe("");
  });

  it("never gives more than there is room for", () => {
    assert(
      property(string({ unit: "grapheme", maxLength: 30 }), (text) => {
        for (const width of [0, 1, 2, 5, 17])
          expect(textWidth(cutText(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("wrapText", () => {
  it("breaks at blanks, behind hyphens and slashes between letters, and inside of what is longer than a line", () => {
    expect(wrapText("class-weighted cross-entropy", 15)).toEqual(["class-weighted", "cross-entropy"]);
    expect(wrapText("class-weighted cross-entropy", 10)).toEqual(["class-", "weighted", "cross-", "entropy"]);
    expect(wrapText("wins/ties/losses 0/0/2", 11)).toEqual(["wins/ties/", "losses", "0/0/2"]);
    expect(wrapText("from -1.5 to 2", 7)).toEqual(["from", "-1.5 to", "2"]);
    expect(wrapText("incomprehensibilities", 8)).toEqual(["incompre", "hensibil", "ities"]);
    expect(wrapText("类别名称很长", 5)).toEqual(["类别", "名称", "很长"]);
    expect([wrapText("", 5), wrapText("a  b", 5)]).toEqual([[""], ["a  b"]]);
  });

  it("ends with an ellipsis where there would be too many lines", () => {
    expect(wrapText("a few words more than that", 6, 2)).toEqual(["a few", "words…"]);
    expect(wrapText("a few words", 6, 2)).toEqual(["a few", "words"]);
  });

  it("loses nothing but blanks, and is never wider than asked where its characters aren't", () => {
    assert(
      property(string({ unit: "grapheme", maxLength: 60 }), (text) => {
        for (const width of [1, 2, 7, 20]) {
          const lines = wrapText(text, width);
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
          if (width >= 7) for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
