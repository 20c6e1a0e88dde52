import { expect, it } from "vitest";
import { isKeptPart } from "./kept-part.ts";

const kept = { base64: "AAAA", record: { part: "speckle", loss: 0.5, photographs: null }, seconds: 1 };

it("isKeptPart takes what pretraining keeps, and rows of few plain cells alone", () => {
  expect(isKeptPart(kept)).toBe(true);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, i]));
  for (const other of [
    null,
    { ...kept, base64: 1 },
    { ...kept, seconds: null },
    ...[null, many, { part: {} }, { part: [1] }].map((record) => ({ ...kept, record })),
  ])
    expect(isKeptPart(other)).toBe(false);
});
