import { numpy as np } from "@jax-js/jax";
import { embedding } from "minimand/models";
import { describe, expect, it } from "vitest";
import { conformingAdapters } from "../../../../lab/src/prompts/models/conformance.ts";
import { conformingLayers, titleOf, trained } from "../../../../minimand/src/models/layers/conformance.ts";
import { compile, nativeCompiler } from "../compile.ts";
import { close } from "./training.fixture.ts";

const layers = [...conformingLayers, ...conformingAdapters];

describe.each(layers.map((each) => [titleOf(each), each] as const))("%s", (_, conforming) => {
  it("trains as under jit", async () => {
    const warnings: string[] = [];
    const native = await nativeCompiler({ warn: (message) => void warnings.push(message) });
    const [natively, engine] = [trained(conforming, { compile: native }), trained(conforming)];
    expect(warnings).toEqual([]);
    close(natively.losses, engine.losses, 1e-5);
    close(natively.params, engine.params, 1e-4);
  });
});

it("ids outside an embedding give zeros as under jit", async () => {
  const layer = embedding({ vocabulary: 3, size: 2 });
  const rowsOf = (table: np.Array, x: np.Array): np.Array =>
    layer.apply({ params: { table }, state: {} }, x, { training: false })[0];
  const table = () =>
    np.array([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  const ids = () => np.array(Int32Array.of(2, -1, 7));
  const run = await compile(rowsOf, [table(), ids()]);
  expect(run(table(), ids()).js()).toEqual([
    [5, 6],
    [0, 0],
    [0, 0],
  ]);
  run.dispose();
});
