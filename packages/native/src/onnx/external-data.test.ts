import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { loadModel } from "../runtime/load-model.ts";
import { hasExternalData } from "./external-data.ts";
import { encodeModel, type Model } from "./model.ts";

/** A message with one field. */
function message(number: number, value: Uint8Array | number): Uint8Array {
  const writer = new BinaryWriter();
  if (typeof value === "number") return writer.tag(number, WireType.Varint).int32(value).finish();
  return writer.tag(number, WireType.LengthDelimited).bytes(value).finish();
}
const nested = (numbers: readonly number[], inner: Uint8Array): Uint8Array =>
  numbers.reduceRight((within, number) => message(number, within), inner);
/** The bytes of messages one after another are those of one with all fields. */
const merged = (...messages: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(messages));

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const entry = (key: string, value: string): Uint8Array =>
  message(13, merged(message(1, text(key)), message(2, text(value))));

const model: Model = {
  name: "test",
  nodes: [{ op: "Add", inputs: ["x", "own"], outputs: ["y"], attributes: {} }],
  constants: [{ name: "own", type: "float32", shape: [2], data: new Float32Array(2) }],
  inputs: [{ name: "x", type: "float32", shape: [2] }],
  outputs: [{ name: "y", type: "float32", shape: [2] }],
};

describe("tensors that are in other files", () => {
  it.each([
    ["an initializer", [7, 5]],
    ["values of a sparse one", [7, 15, 1]],
    ["indices of a sparse one", [7, 15, 2]],
    ["an attribute", [7, 1, 5, 5]],
    ["a list in an attribute", [7, 1, 5, 10]],
    ["a sparse attribute", [7, 1, 5, 22, 1]],
    ["a sparse list", [7, 1, 5, 23, 2]],
    ["a graph in an attribute", [7, 1, 5, 6, 5]],
    ["graphs in an attribute", [7, 1, 5, 11, 1, 5, 5]],
    ["a function", [25, 7, 5, 5]],
    ["a default of a function's attribute", [25, 11, 5]],
    ["the start of training", [20, 1, 5]],
    ["a step of training", [20, 2, 5]],
  ])("are found in %s", (_, path) => {
    expect(hasExternalData(nested(path, message(14, 1)))).toBe(true);
    expect(hasExternalData(nested(path, entry("location", "x")))).toBe(true);
    expect(hasExternalData(nested(path, message(14, 0)))).toBe(false);
    // Next to others, and in a part that comes twice.
    expect(
      hasExternalData(merged(nested(path, message(1, 3)), encodeModel(model), nested(path, message(14, 1)))),
    ).toBe(true);
  });

  it("are in no model of ours", () => {
    expect(hasExternalData(encodeModel(model))).toBe(false);
  });

  it("are not read", () => {
    const tensor = merged(
      ...[message(1, 2), message(2, 1), message(8, text("own"))],
      // Below the current folder: ONNX Runtime itself would read it.
      ...[entry("location", "package.json"), entry("length", "8"), message(14, 1)],
    );
    const bytes = merged(encodeModel({ ...model, constants: [] }), nested([7, 5], tensor));
    expect(() => loadModel(bytes)).toThrow(
      new RangeError("model: expected all tensors in the file, got some that are in others"),
    );
  });

  it("are looked for in every part, of which none may be cut off", () => {
    const bytes = merged(encodeModel(model), nested([25], Uint8Array.of(0x3a, 0x7f)));
    expect(() => loadModel(bytes)).toThrow(/^model: expected an ONNX file, got one with a part/);
  });
});
