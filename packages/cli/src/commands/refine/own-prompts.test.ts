import { describe, expect, it } from "vitest";
import { readPrompts, shortened, shortPrompts, trainOwnRefiner } from "./own-prompts.ts";

describe("prompts of the user's", () => {
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  const lines = Array.from({ length: 21 }, (_, i) => `Thing ${i}, Sharp Focus!`);

  it("are cleaned lines, each once", () => {
    const text = `\uFEFF${lines.join("\r\n")}\r\nTHING 3, sharp focus\r\nalone\r\n\r\n`;
    const { prompts, repeated } = readPrompts(bytesOf(text), "p.txt");
    expect([prompts.length, repeated, prompts[0]]).toEqual([21, 1, "thing 0, sharp focus"]);
    expect(() => readPrompts(bytesOf(lines.slice(2).join("\n")), "p.txt")).toThrow(
      "--prompts p.txt: expected at least 20 different prompts of two words or more, one a line, got 19",
    );
  });

  it("are read as UTF-16 where a mark says so, and never with letters that are lost", () => {
    const text = `${lines.join("\n")}\nun café, lumière douce\n`;
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    expect(readPrompts(utf16, "p.txt").prompts.at(-1)).toBe("un café, lumière douce");
    expect(() => readPrompts(Buffer.from(text, "latin1"), "p.txt")).toThrow(
      "--prompts p.txt: expected a text in UTF-8, got other bytes: save the file as UTF-8",
    );
  });

  it("are shortened to what stands before the first comma, and always by a word", () => {
    expect(shortened("an old red moon, sharp focus", 12)).toBe("an old red moon");
    expect(shortened("an old red moon, sharp focus", 2)).toBe("an old");
    expect(shortened("red moon", 12)).toBe("red");
    expect(shortened(", sharp focus", 12)).toBe("sharp");
  });

  it("may be any number to train on", async () => {
    const prompts = Array.from({ length: 150_000 }, (_, i) => `a red moon, ${i}`);
    const stopped = trainOwnRefiner(
      { prompts, repeated: 0 },
      { steps: 1, seed: 0, compile: undefined, signal: AbortSignal.abort(new Error("told to")), onStep() {} },
    );
    await expect(stopped).rejects.toThrow("told to");
  });

  it("give short forms to begin with, each once, by the seed", () => {
    const own = readPrompts(bytesOf(lines.join("\n")), "p.txt");
    const some = shortPrompts(own, 5, 1);
    expect(new Set(some).size).toBe(5);
    for (const prompt of some) expect(prompt).toMatch(/^thing \d+$/);
    expect(shortPrompts(own, 5, 1)).toEqual(some);
    expect(shortPrompts(own, 5, 2)).not.toEqual(some);
  });
});
