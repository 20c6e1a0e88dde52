import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors, type Tensor, writeSafetensors } from "./safetensors.ts";

const tensors: Record<string, Tensor> = {
  "layers.0.weight": { shape: [2, 3], data: Float32Array.of(1, -2.5, 3, 4, 5e30, -0) },
  "layers.0.bias": { shape: [3], data: Float32Array.of(0, 1e-40, 7) },
  scalar: { shape: [], data: Float32Array.of(42) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
};

/** A file with any header. */
function fileWith(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

describe("safetensors", () => {
  it("come back bit for bit", () => {
    expect(readSafetensors(writeSafetensors(tensors)).tensors).toEqual(tensors);
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
          fc.float32Array({ maxLength: 20 }),
        ),
        (arrays) => {
          const made = Object.fromEntries(
            Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
          );
          expect(readSafetensors(writeSafetensors(made)).tensors).toEqual(made);
        },
      ),
    );
  });

  it("follow the format: header length, JSON header filled up to 8 bytes, little-endian data without gaps", () => {
    const bytes = writeSafetensors(tensors, { format: "minimand.model/1" });
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header).toEqual({
      __metadata__: { format: "minimand.model/1" },
      "layers.0.weight": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
      "layers.0.bias": { dtype: "F32", shape: [3], data_offsets: [24, 36] },
      scalar: { dtype: "F32", shape: [], data_offsets: [36, 40] },
      empty: { dtype: "F32", shape: [0, 4], data_offsets: [40, 40] },
    });
    expect(view.getFloat32(8 + length + 4, true)).toBe(-2.5);
    expect(bytes.length).toBe(8 + length + 40);
  });

  it("keep the kind of their numbers, wide ones first, so that each starts at a multiple of its width", () => {
    const mixed: Record<string, Tensor> = {
      ids: { shape: [3], data: Int32Array.of(-1, 2, 2 ** 31 - 1) },
      key: { shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
      exact: { shape: [2], data: Float64Array.of(Math.PI, -5e-324) },
    };
    const bytes = writeSafetensors(mixed, { made: "here" });
    expect(readSafetensors(bytes)).toEqual({ tensors: mixed, metadata: { made: "here" } });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const { exact, ids, key } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect([exact, ids, key]).toEqual([
      { dtype: "F64", shape: [2], data_offsets: [0, 16] },
      { dtype: "I32", shape: [3], data_offsets: [16, 28] },
      { dtype: "U32", shape: [1], data_offsets: [28, 32] },
    ]);
  });

  it("write float32 numbers in half the bytes where they are told to, behind the wider ones, and read them as float32", () => {
    const mixed: Record<string, Tensor> = {
      weight: { shape: [3], data: Float32Array.of(1, -2.5, 1 / 3) },
      ids: { shape: [2], data: Int32Array.of(3, 4) },
    };
    const bytes = writeSafetensors(mixed, {}, { half: true });
    const { weight, ids } = readSafetensors(bytes).tensors;
    expect(ids).toEqual(mixed.ids);
    expect(weight.data).toBeInstanceOf(Float32Array);
    expect([...weight.data.subarray(0, 2)]).toEqual([1, -2.5]);
    expect(Math.abs(weight.data[2] - 1 / 3)).toBeLessThan(2 ** -13);
    expect(weight.data[2]).not.toBe(mixed.weight.data[2]);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(bytes.length).toBe(8 + length + 2 * 4 + 3 * 2);
    expect(writeSafetensors(readSafetensors(bytes).tensors, {}, { half: true })).toEqual(bytes);
  });

  it("refuse numbers that no reader would know", () => {
    const bytes = { shape: [2], data: Uint8Array.of(1, 2) } as unknown as Tensor;
    expect(() => writeSafetensors({ bytes })).toThrow(
      "tensor bytes: expected float32, float64, int32 or uint32 numbers, got Uint8Array(2)",
    );
    expect(() => readSafetensors("weights" as never)).toThrow(
      'safetensors: expected a Uint8Array of a file\'s bytes, got "weights"',
    );
  });

  it("are read from the middle of a larger buffer too", () => {
    const bytes = writeSafetensors(tensors);
    const wide = new Uint8Array(bytes.length + 11);
    wide.set(bytes, 3);
    expect(readSafetensors(wide.subarray(3, 3 + bytes.length)).tensors).toEqual(tensors);
  });

  it("refuse a shape that does not fit the data", () => {
    expect(() => writeSafetensors({ w: { shape: [3], data: new Float32Array(2) } })).toThrow(
      "tensor w: expected 3 numbers, got Float32Array(2)",
    );
  });

  it("are refused wherever they are cut off, in the project's grammar", () => {
    const { empty: _, ...some } = tensors;
    const bytes = writeSafetensors(some);
    for (let length = 0; length < bytes.length; length++)
      expect(() => readSafetensors(bytes.subarray(0, length)), `${length} bytes`).toThrow(/: expected /);
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "{oops", "safetensors: expected a JSON header, got"],
    ["null", null, "safetensors: expected a JSON object as header, got null"],
    ["a list", [1], "safetensors: expected a JSON object as header, got an array of length 1"],
    ["no text", { __metadata__: { a: 1 } }, "safetensors, __metadata__: expected texts by name, got object"],
    ["no entry", { w: 3 }, "tensor w: expected dtype, shape and data_offsets, got 3"],
    ["no offsets", { w: { dtype: "F32", shape: [1] } }, "tensor w: expected dtype, shape and data_offsets"],
    [
      "a negative offset",
      { w: { dtype: "F32", shape: [1], data_offsets: [-4, 0] } },
      "tensor w: expected dtype, shape and data_offsets",
    ],
    [
      "another dtype",
      { w: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } },
      'tensor w: expected dtype F64, F32, I32, U32, F16, got "BF16"',
    ],
    [
      "too few bytes",
      { w: { dtype: "F32", shape: [2], data_offsets: [0, 4] } },
      "safetensors, tensor w: expected 8 bytes, got 4",
    ],
    [
      "bytes beyond the end",
      { w: { dtype: "F32", shape: [2], data_offsets: [4, 12] } },
      "safetensors, tensor w: expected a file of at least",
    ],
    [
      "two tensors of the same bytes",
      {
        v: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
        w: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
      },
      "safetensors, tensor w: expected tensors that do not overlap, got",
    ],
  ])("are refused with a header that is %s", (_, header, message) => {
    expect(() => readSafetensors(fileWith(header, new Uint8Array(8)))).toThrow(message);
  });

  it.each([
    ["NaN", Float32Array.of(1, Number.NaN), "got NaN"],
    ["an infinity", Float64Array.of(-Infinity, 1), "got -Infinity"],
  ])("are refused for %s where only finite numbers are wanted", (_, data, got) => {
    const bytes = writeSafetensors({ w: { shape: [2], data } });
    expect(readSafetensors(bytes).tensors.w.data).toEqual(data);
    expect(() => readSafetensors(bytes, { finite: true })).toThrow(
      `safetensors, tensor w: expected finite numbers, ${got}`,
    );
  });

  it("are refused for numbers that became infinite in half the bytes", () => {
    const bytes = writeSafetensors({ w: { shape: [1], data: Float32Array.of(7e4) } }, {}, { half: true });
    expect(() => readSafetensors(bytes, { finite: true })).toThrow("expected finite numbers, got Infinity");
  });

  it("are refused with a header length beyond the file", () => {
    const bytes = new Uint8Array(16).fill(0xff);
    expect(() => readSafetensors(bytes)).toThrow(
      "safetensors: expected a header within the file of 16 bytes",
    );
  });
});
