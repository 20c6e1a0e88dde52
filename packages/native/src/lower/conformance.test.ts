import { lax, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compile } from "../runtime/compile.ts";
import { agrees, arrayOf, type Case, filled, primitivesOf } from "./conformance.ts";
import { convolutionCases } from "./convolution.fixture.ts";
import { elementwiseCases } from "./elementwise.fixture.ts";
import { rules, UnsupportedPrimitiveError } from "./lower.ts";
import { movementCases } from "./movement.fixture.ts";
import { reduceFixtures } from "./reduce.fixture.ts";

const groups: Readonly<Record<string, readonly Case[]>> = {
  "element by element": elementwiseCases,
  "sums, extrema and products": reduceFixtures,
  "movement, positions and order": movementCases,
  "convolutions and windows": convolutionCases,
};

describe.each(Object.entries(groups))("%s: compiled as on the engine's cpu device", (_, cases) => {
  it.each(cases.map((given) => [given.name, given] as const))("%s", async (_, given) => {
    await agrees(given);
  });
});

it("every rule is met by a case", () => {
  const met = new Set<string>();
  for (const given of Object.values(groups).flat()) {
    if (met.size === Object.keys(rules).length) break;
    for (const primitive of primitivesOf(given)) if (primitive in rules) met.add(primitive);
  }
  expect([...met].sort()).toEqual(Object.keys(rules).sort());
});

describe("what ONNX has no counterpart for is refused by name and place", () => {
  const matrix = filled("float32", [3, 3]);
  const refused: Readonly<Record<string, [f: Case["f"], args: Case["args"]]>> = {
    bitcast: [(x) => x.view(np.int32), [filled("float32", [3])]],
    triangular_solve: [(x, y) => lax.linalg.triangularSolve(x, y, { leftSide: true }), [matrix, matrix]],
    cholesky: [(x) => np.linalg.cholesky(x), [matrix]],
    lu: [(x) => lax.linalg.lu(x)[0], [matrix]],
    jacobi_eigh: [(x) => np.linalg.eigh(x)[0], [matrix]],
    fft: [(x) => np.fft.fft({ real: x, imag: np.zeros([4]) }).real, [filled("float32", [4])]],
  };
  it.each(Object.entries(refused))("%s", async (primitive, [f, args]) => {
    const compiling = compile(f as (...xs: np.Array[]) => np.Array[], args.map(arrayOf));
    await expect(compiling).rejects.toThrow(UnsupportedPrimitiveError);
    await expect(compiling).rejects.toMatchObject({ primitive });
    await expect(compiling).rejects.toThrow(new RegExp(`^${primitive}.* in \\w+:.* = ${primitive} `));
  });
});
