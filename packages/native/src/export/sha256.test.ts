import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256 } from "./sha256.ts";

const expected = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

it("is Node's SHA-256 for every length around the ends of blocks", () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => 37 * i);
  for (let length = 0; length <= bytes.length; length++) {
    const some = bytes.subarray(0, length);
    expect(sha256(some)).toBe(expected(some));
  }
});

it("is Node's SHA-256 for any bytes, wherever they lie in their buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), fc.nat(10), (bytes, from) => {
      const part = bytes.subarray(from);
      expect(sha256(part)).toBe(expected(part));
    }),
  );
});
