import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generatedPages } from "../scripts/docs/pages.ts";

describe("committed pages", () => {
  it.each([...generatedPages()])("%s shows what its source says (npm run docs)", (path, page) => {
    expect(readFileSync(path, "utf8")).toBe(page);
  });
});
