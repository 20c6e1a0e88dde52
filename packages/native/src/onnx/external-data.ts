import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * Messages of an ONNX file on the way to its tensors, by the numbers of their fields: here in full, since the schema of this project names
 * only what it writes.
 */
const messages = {
  Model: { 7: "Graph", 20: "TrainingInfo", 25: "Function" },
  TrainingInfo: { 1: "Graph", 2: "Graph" },
  Function: { 7: "Node", 11: "Attribute" },
  Graph: { 1: "Node", 5: "Tensor", 15: "SparseTensor" },
  Node: { 5: "Attribute" },
  Attribute: { 5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor" },
  SparseTensor: { 1: "Tensor", 2: "Tensor" },
  Tensor: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>;
type Message = keyof typeof messages;

/** `external_data` and `data_location` of a tensor. */
const external = [13, 14];

/**
 * Whether a tensor of an ONNX file is in another file, which ONNX Runtime would look for from the current folder on.
 *
 * @throws Error for bytes that are no such file
 */
export function hasExternalData(bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  const walk = (end: number, message: Message): boolean => {
    while (reader.pos < end) {
      const [number, wire] = reader.tag();
      if (message === "Tensor" && external.includes(number)) {
        if (wire !== WireType.Varint || reader.int32() !== 0) return true;
        continue;
      }
      const inner = (messages[message] as Readonly<Record<number, Message | undefined>>)[number];
      if (inner === undefined || wire !== WireType.LengthDelimited) {
        reader.skip(wire, number);
        continue;
      }
      const length = reader.uint32();
      if (walk(reader.pos + length, inner)) return true;
    }
    return false;
  };
  return walk(bytes.length, "Model");
}
