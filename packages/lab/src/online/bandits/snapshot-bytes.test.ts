import { describe, expect, it } from "vitest";
import { pack, unpack } from "./snapshot-bytes.ts";

/** The bytes of {@link pack} for a text that names arrays as it likes. */
const naming = (value: unknown): Uint8Array => {
  // What stands for an array is no typed array here, and is written as it is.
  return pack({ numbers: new Float64Array(2), value }, 1);
};

describe("unpack", () => {
  it("reads arrays of every kind", () => {
    const value = { a: [Float32Array.of(1, 2, 3), Uint8Array.of(7)], b: Number.NaN, c: Int32Array.of(-1) };
    expect(unpack(pack(value, 3), 3)).toEqual(value);
  });

  it.each([
    ["the same numbers as another", { $array: "Float64Array", at: 0, length: 2 }],
    ["numbers behind the end", { $array: "Uint8Array", at: 16, length: 1 }],
    ["numbers before the beginning", { $array: "Uint8Array", at: -8, length: 1 }],
    ["a part of a number", { $array: "Float64Array", at: 4, length: 1 }],
    ["another kind", { $array: "toString", at: 0, length: 1 }],
    ["no length", { $array: "Uint8Array", at: 0 }],
  ])("refuses an array that names %s", (_, place) => {
    expect(() => unpack(naming(place), 1)).toThrow(
      "snapshot: expected arrays among its numbers, none twice, got ",
    );
  });
});
