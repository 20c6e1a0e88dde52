import fc from "fast-check";
import { expect, it } from "vitest";
import { validUtf8 } from "./utf8.ts";

it("accepts exactly the bytes that the platform's strict decoder accepts", () => {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const interesting = fc.constantFrom(
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xe2,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0xff,
  );
  const bytes = fc.array(interesting, { maxLength: 6 }).map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(bytes, (input) => {
      const accepts = (part: Uint8Array) => {
        try {
          strict.decode(part);
          return true;
        } catch {
          return false;
        }
      };
      const valid = validUtf8(input);
      expect(valid === input.length).toBe(accepts(input));
      expect(accepts(input.subarray(0, valid))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

it("accepts every character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = new TextEncoder().encode(text);
      expect(validUtf8(bytes)).toBe(bytes.length);
    }),
  );
});
