import { cards } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { commandOf } from "./facts.ts";
import { runFacts, runFiles } from "./run-facts.ts";

const files = runFiles().map(([path]) => path);
const factsOf = (slug: string) => runFacts(cards.find((card) => card.slug === slug)!);

describe("what the page of a paper knows of its run", () => {
  it("is which data the site has, with their sums, and which it hasn't", () => {
    const { missing, sums } = factsOf("elasticface");
    expect([...missing].sort()).toEqual(["omniglot", "orl"]);
    expect(Object.keys(sums)).toEqual(["letter.csv.gz"]);
    expect(Object.keys(factsOf("normface").sums)).toContain("images/fashion-test-images.idx3.gz");
    for (const name of Object.keys(sums)) expect(files).toContain(`public/data/${name}`);
    expect(factsOf("dcdm").missing).toEqual([]);
  });

  it("is the code by which finished trials are told from others", () => {
    const [one, two] = [factsOf("lion"), factsOf("ldr")];
    expect(one.code).toMatch(/^[0-9a-f]{64}$/);
    expect(one.code).not.toBe(two.code);
  });

  it("goes with the frozen models that trials ask for", () => {
    expect(files).toContain("public/papers/uf-fgtg/checkpoints/decoder.safetensors");
    expect(files).toContain("public/papers/dale-langevin/checkpoints/speckle.safetensors");
  });

  it("is the command that runs the same", () => {
    expect(commandOf("ldr", "quick", null)).toBe("npx minimand reproduce ldr --quick --engine wasm");
    expect(commandOf("ldr", "default", 3)).toBe("npx minimand reproduce ldr --seeds 3 --engine wasm");
  });
});
