import { describe, expect, it } from "vitest";
import { conformingLayers, titleOf, trained } from "../../../../minimand/src/models/layers/conformance.ts";
import { nativeCompiler } from "../compile.ts";
import { close } from "./training.fixture.ts";

describe.each(conformingLayers.map((each) => [titleOf(each), each] as const))("%s", (_, conforming) => {
  it("trains as under jit", async () => {
    const warnings: string[] = [];
    const compile = await nativeCompiler({ warn: (message) => void warnings.push(message) });
    const [native, engine] = [trained(conforming, compile), trained(conforming)];
    expect(warnings).toEqual([]);
    close(native.losses, engine.losses, 1e-5);
    close(native.params, engine.params, 1e-4);
  });
});
