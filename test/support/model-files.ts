import { expect } from "vitest";

/** The bytes with a text in the place of another of the same length. */
export function replaced(bytes: Uint8Array, text: string, by: string): Uint8Array {
  const at = Buffer.from(bytes).indexOf(text);
  expect([at >= 0, by.length]).toEqual([true, text.length]);
  const copy = Uint8Array.from(bytes);
  copy.set(Buffer.from(by), at);
  return copy;
}

/** A `model.json` as earlier versions wrote it. */
export function withoutSums(text: string): string {
  const { sha256, weightsSha256, ...rest } = JSON.parse(text);
  expect([sha256, weightsSha256]).toEqual([expect.any(String), expect.any(String)]);
  return `${JSON.stringify(rest, null, 1)}\n`;
}
