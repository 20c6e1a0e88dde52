import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { textOf } from "./system.ts";

describe("textOf", () => {
  const text = "3\n".repeat(10);
  const packed = gzipSync(text);

  it("reads what is packed, and drops a byte order mark", () => {
    expect(textOf(packed, "b.txt.gz")).toBe(text);
    expect(textOf(Buffer.from(`\ufeff${text}`), "b.txt")).toBe(text);
  });

  it("refuses more than a string holds, packed or not, before it is there", () => {
    const message = "b: expected a text of at most 0 MB, got more";
    expect(() => textOf(Buffer.from(text), "b", 19)).toThrow(message);
    expect(() => textOf(packed, "b", 19)).toThrow(message);
    expect(textOf(packed, "b", 20)).toBe(text);
  });

  it("refuses a file that is cut off", () => {
    expect(() => textOf(packed.subarray(0, 15), "b")).toThrow(
      "b: expected a text, or one compressed by gzip, got unexpected end of file",
    );
  });
});
