import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  type GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/*
 * ONNX models as values: plain descriptions in, bytes of the protobuf format out.
 */

/** Element types that programs use, as ONNX numbers them. */
export const elementTypes = {
  float32: 1,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float64: 11,
  uint32: 12,
} as const;
/** Types that are computed with; texts are only compared and picked. */
export type ElementType = Exclude<keyof typeof elementTypes, "string">;

/**
 * Types of constants: in addition to those above, the ones of weights in few bits. A byte has two values of 4 bits, the first in its low
 * half.
 */
export const constantTypes = { ...elementTypes, uint8: 2, int8: 3, int4: 22 } as const;

/** Operators and representation that ONNX Runtime (node and web) of the supported versions reads. */
export const opset = 21;
const irVersion = 10;

/** Operators for trees and dictionaries. */
export const classical = { domain: "ai.onnx.ml", version: 3 } as const;

export type Attribute =
  | number
  | string
  | readonly number[]
  | { float: number }
  | { floats: ArrayLike<number> }
  | { texts: readonly string[] }
  | { graph: Body };

/** Values of a constant. Booleans are one byte each. */
export type Data = Float32Array | Float64Array | Int32Array | Uint32Array | BigInt64Array | Uint8Array;

export interface Node {
  op: string;
  /** Of the operators for classical models; default: those of ONNX itself. */
  domain?: typeof classical.domain;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
  /** Tensors of the graph around that the node's own graph reads. */
  captures?: readonly string[];
}

export interface Constant {
  name: string;
  type: keyof typeof constantTypes;
  shape: readonly number[];
  data: Data | readonly string[];
}

/** An input or output of a model; a string among the dimensions names one that varies. */
export interface Port {
  name: string;
  type: ElementType | "string";
  shape: readonly (number | string)[];
}

/** A graph: that of a model, or one inside a node. */
export interface Body {
  name: string;
  nodes: readonly Node[];
  constants: readonly Constant[];
  inputs: readonly Port[];
  outputs: readonly Port[];
}

export interface Model extends Body {
  metadata?: Readonly<Record<string, string>>;
}

/** Returns the model in the ONNX file format. */
export function encodeModel(model: Model, producerVersion = ""): Uint8Array<ArrayBuffer> {
  const message = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: "minimand",
    producerVersion,
    opsetImport: [
      { domain: "", version: BigInt(opset) },
      ...(model.nodes.some(({ domain }) => domain !== undefined)
        ? [{ domain: classical.domain, version: BigInt(classical.version) }]
        : []),
    ],
    metadataProps: Object.entries(model.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: graphMessage(model),
  });
  return toBinary(ModelProtoSchema, message);
}

/** Fields of a file, each of which takes memory however short it is. */
export const mostFields = 1_000_000;

/**
 * Whether a file has at most {@link mostFields} fields, and so can be decoded: a field takes as little as two bytes of the file.
 *
 * @throws Error for bytes that are no such file
 */
export function hasFewFields(bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  let room = mostFields;
  const walk = (end: number, { fields }: DescMessage): void => {
    while (reader.pos < end && room > 0) {
      const [number, wire] = reader.tag();
      room--;
      const field = fields.find((one) => one.number === number);
      const start = reader.pos;
      if (wire !== WireType.LengthDelimited || field === undefined) {
        reader.skip(wire, number);
        continue;
      }
      const length = reader.uint32();
      const next = reader.pos + length;
      if (next > end || next < start) throw new Error("a field is cut off");
      if (field.message !== undefined) walk(next, field.message);
      // Packed numbers.
      else if (field.fieldKind === "list" && !isText(field.scalar)) room -= length;
      reader.pos = next;
    }
  };
  walk(bytes.length, ModelProtoSchema);
  return room > 0;
}

const isText = (type: ScalarType | undefined): boolean =>
  type === ScalarType.STRING || type === ScalarType.BYTES;

/** Reads an ONNX file; what this project's part of the schema doesn't name is kept aside. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return fromBinary(ModelProtoSchema, bytes);
}

function graphMessage({
  name,
  nodes,
  constants,
  inputs,
  outputs,
}: Body): MessageInitShape<typeof GraphProtoSchema> {
  return {
    name,
    node: nodes.map(nodeMessage),
    initializer: constants.map(tensorMessage),
    input: inputs.map(portMessage),
    output: outputs.map(portMessage),
  };
}

function nodeMessage(
  { op, domain, inputs, outputs, attributes }: Node,
  index: number,
): MessageInitShape<typeof NodeProtoSchema> {
  return {
    name: `${op}_${index}`,
    opType: op,
    ...(domain !== undefined && { domain }),
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)),
  };
}

function attributeMessage(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  if (typeof value === "string")
    return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ("graph" in value)
    return { name, type: AttributeProto_AttributeType.GRAPH, g: graphMessage(value.graph) };
  if ("floats" in value)
    return { name, type: AttributeProto_AttributeType.FLOATS, floats: Array.from(value.floats) };
  if ("texts" in value) {
    const encoder = new TextEncoder();
    return {
      name,
      type: AttributeProto_AttributeType.STRINGS,
      strings: value.texts.map((text) => encoder.encode(text)),
    };
  }
  if ("float" in value) return { name, type: AttributeProto_AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) };
}

function tensorMessage({ name, type, shape, data }: Constant): MessageInitShape<typeof TensorProtoSchema> {
  const head = { name, dataType: constantTypes[type], dims: shape.map(BigInt) };
  if (!ArrayBuffer.isView(data))
    return { ...head, stringData: data.map((text) => new TextEncoder().encode(text)) };
  return {
    ...head,
    // Raw data are little-endian, as typed arrays are on every machine that ONNX Runtime supports.
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}

function portMessage({ name, type, shape }: Port): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) =>
    typeof size === "string"
      ? { value: { case: "dimParam" as const, value: size } }
      : { value: { case: "dimValue" as const, value: BigInt(size) } },
  );
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: elementTypes[type], shape: { dim } } } },
  };
}
