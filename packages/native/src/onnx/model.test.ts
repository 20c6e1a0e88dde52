import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "@jax-js/jax";
import { crossEntropy } from "minimand";
import type { Compile } from "minimand/engine";
import { mlp } from "minimand/models";
import { adam } from "minimand/optimizers";
import { minibatches, objectiveOf, supervised } from "minimand/training";
import { describe, expect, it } from "vitest";
import { trace } from "../lower/trace.ts";
import { createSession } from "../runtime/session.ts";
import { writeProgram } from "../write/program.ts";
import {
  type Constant,
  constantTypes,
  decodeModel,
  elementTypes,
  encodeModel,
  hasFewFields,
  type Model,
  opset,
} from "./model.ts";
import { AttributeProto_AttributeType } from "./onnx_pb.ts";

const constants: Constant[] = [
  { name: "f", type: "float32", shape: [2], data: Float32Array.of(1.5, -0) },
  { name: "d", type: "float64", shape: [1, 1], data: Float64Array.of(Math.PI) },
  { name: "i", type: "int32", shape: [], data: Int32Array.of(-7) },
  { name: "u", type: "uint32", shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  { name: "l", type: "int64", shape: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
  { name: "b", type: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) },
  { name: "none", type: "float32", shape: [0, 3], data: new Float32Array(0) },
  // A part of a longer buffer.
  { name: "part", type: "float32", shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) },
];

const model: Model = {
  name: "test",
  nodes: [
    {
      op: "Transpose",
      inputs: ["x"],
      outputs: ["t"],
      attributes: { perm: [1, 0], direction: "LEFT", axis: -1, alpha: { float: 0.25 } },
    },
    { op: "Add", inputs: ["t", "f"], outputs: ["y"], attributes: {} },
  ],
  constants,
  inputs: [{ name: "x", type: "float32", shape: [2, "batch"] }],
  outputs: [{ name: "y", type: "float32", shape: ["batch", 2] }],
  metadata: { task: "a test", other: "ü" },
};

/** Values of a constant, from its bytes. */
function valuesOf({ data }: Constant, raw: Uint8Array): unknown {
  const View = data.constructor as new (buffer: ArrayBuffer) => Constant["data"];
  return new View(raw.slice().buffer);
}

describe("encodeModel", () => {
  it("writes what decodeModel reads: nodes, attributes, ports, constants, metadata", () => {
    const { graph, opsetImport, metadataProps, producerName, producerVersion } = decodeModel(
      encodeModel(model, "1.2.3"),
    );
    expect([producerName, producerVersion]).toEqual(["minimand", "1.2.3"]);
    expect(opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", BigInt(opset)]]);
    expect(metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ["task", "a test"],
      ["other", "ü"],
    ]);
    expect(graph?.node.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ["Transpose", ["x"], ["t"]],
      ["Add", ["t", "f"], ["y"]],
    ]);
    const [perm, direction, axis, alpha] = graph!.node[0].attribute;
    const types = AttributeProto_AttributeType;
    expect(perm).toMatchObject({ name: "perm", type: types.INTS, ints: [1n, 0n] });
    expect(direction).toMatchObject({ type: types.STRING, s: new TextEncoder().encode("LEFT") });
    expect(axis).toMatchObject({ type: types.INT, i: -1n });
    expect(alpha).toMatchObject({ type: types.FLOAT, f: 0.25 });
    const [input] = graph!.input;
    const tensor = input.type!.value.value!;
    expect([input.name, tensor.elemType]).toEqual(["x", elementTypes.float32]);
    expect(tensor.shape!.dim.map(({ value }) => value.value)).toEqual([2n, "batch"]);
    for (const [i, constant] of constants.entries()) {
      const { name, dataType, dims, rawData } = graph!.initializer[i];
      expect([name, dataType, dims]).toEqual([
        constant.name,
        constantTypes[constant.type],
        constant.shape.map(BigInt),
      ]);
      expect(valuesOf(constant, rawData)).toEqual(constant.data.slice());
    }
  });

  it("gives the same bytes for the same model", () => {
    expect(encodeModel(model)).toEqual(encodeModel(structuredClone(model)));
  });
});

describe("decodeModel", () => {
  it("keeps fields that it doesn't name, for whoever reads them", () => {
    const known = encodeModel(model);
    // Field 20 (training_info) of a model, length-delimited, which this schema leaves out.
    const unknown = Uint8Array.of((20 << 3) | 2, 1, 3, 10, 20, 30);
    const { $unknown } = decodeModel(Uint8Array.of(...known, ...unknown));
    expect($unknown?.map(({ no, wireType }) => [no, wireType])).toEqual([[20, 2]]);
    expect([...$unknown![0].data].slice(-3)).toEqual([10, 20, 30]);
  });

  it("throws at bytes that are no protobuf message", () => {
    expect(() => decodeModel(Uint8Array.of(0x3a, 0xff, 0x01))).toThrow();
  });
});

/** The program that a whole training step of a small network is written as: loss, gradient, Adam. */
function adamStep(): Uint8Array {
  let written: Uint8Array | undefined;
  const compile = ((f: (...args: never[]) => unknown) =>
    Object.assign(
      (...args: unknown[]) => {
        const { program, consts } = trace(f, args);
        written = writeProgram(
          program,
          consts.map((c) => ({ data: c.dataSync() as Float32Array, shape: c.shape, dtype: c.dtype })),
        ).model;
        throw new Error("written");
      },
      { dispose() {} },
    )) as unknown as Compile;
  const network = mlp({ inputs: 3, hidden: [8, 8], outputs: 2, batchNorm: true });
  const step = supervised({
    model: network,
    objective: objectiveOf(network, (f, y, { weights }) => crossEntropy(f, y, { weights })),
    optimizer: ({ learningRate }) => adam(learningRate),
    compile,
  });
  const batches = minibatches(
    {
      x: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      shape: [3],
      y: Int32Array.of(0, 1, 1, 0, 1, 0, 0, 1),
    },
    { size: 8, seed: 0 },
  );
  const state = step.init(random.key(0), { hyper: { learningRate: 0.1 } });
  for (const batch of batches.epoch(0)) expect(() => step.update(state, batch)).toThrow("written");
  return written!;
}

const python = "/usr/bin/python3";
const checker = spawnSync(python, ["-c", "import onnx"]).status === 0;

describe("a whole Adam step as an ONNX file", () => {
  it("is loaded by ONNX Runtime", () => {
    const bytes = adamStep();
    expect(decodeModel(bytes).graph!.node.length).toBeGreaterThan(50);
    createSession(bytes).dispose();
  });

  it.skipIf(!checker)("is valid under ONNX's own checker, shapes included", () => {
    const folder = mkdtempSync(join(tmpdir(), "minimand-"));
    try {
      const file = join(folder, "step.onnx");
      const bytes = adamStep();
      writeFileSync(file, bytes);
      const check = `
import onnx, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
print(len(model.graph.node), len(inferred.graph.value_info) > 0)`;
      const printed = execFileSync(python, ["-c", check, file], { encoding: "utf8" });
      expect(printed).toBe(`${decodeModel(bytes).graph!.node.length} True\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.skipIf(!checker)("is refused by that checker where it is spoilt: the check checks", () => {
    const broken = encodeModel({ ...model, outputs: [{ name: "nobody", type: "float32", shape: [] }] });
    const folder = mkdtempSync(join(tmpdir(), "minimand-"));
    try {
      const file = join(folder, "broken.onnx");
      writeFileSync(file, broken);
      const check = "import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)";
      expect(spawnSync(python, ["-c", check, file]).status).not.toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

if (!checker) console.log("python3-onnx is not installed: models were not checked by it");

describe("hasFewFields", () => {
  /** A graph of this many empty fields: 1 are nodes, 5 constants. */
  const graphOf = (number: number, count: number): Uint8Array => {
    const length = 2 * count;
    const size = [
      (length & 0x7f) | 0x80,
      ((length >> 7) & 0x7f) | 0x80,
      ((length >> 14) & 0x7f) | 0x80,
      length >> 21,
    ];
    const bytes = new Uint8Array(5 + length);
    bytes.set([0x3a, ...size]);
    for (let i = 5; i < bytes.length; i += 2) bytes[i] = (number << 3) | 2;
    return bytes;
  };

  it.each([1, 5])("refuses a graph of a million empty fields with the number %i", (number) => {
    expect(hasFewFields(graphOf(number, 900_000))).toBe(true);
    expect(hasFewFields(graphOf(number, 1_100_000))).toBe(false);
  });

  it("counts fields at every depth and packed numbers, and none in the bytes of weights", () => {
    const node = { op: "Constant", inputs: [], outputs: ["y"], attributes: {} };
    const body = {
      name: "g",
      constants: [],
      inputs: [],
      outputs: [{ name: "y", type: "float32" as const, shape: [1] }],
    };
    const data = new Float32Array(2_000_000).fill(1);
    expect(
      hasFewFields(
        encodeModel({
          ...body,
          nodes: [node],
          constants: [{ name: "w", type: "float32", shape: [2_000_000], data }],
        }),
      ),
    ).toBe(true);
    const packed = {
      name: "w",
      type: "float32" as const,
      shape: Array(1_100_000).fill(1),
      data: Float32Array.of(1),
    };
    expect(hasFewFields(encodeModel({ ...body, nodes: [node], constants: [packed] }))).toBe(false);
    const attributes = Object.fromEntries(Array.from({ length: 400_000 }, (_, i) => [`a${i}`, i]));
    expect(hasFewFields(encodeModel({ ...body, nodes: [{ ...node, attributes }] }))).toBe(false);
  });
});
