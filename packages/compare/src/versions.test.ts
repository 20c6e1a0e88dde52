import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { arrayEngine, version } from "./versions.ts";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

describe("the versions that results and models name", () => {
  it("are those of the package, and of the engine that it runs on", () => {
    const own = read("../package.json");
    expect(version).toBe(own.version);
    expect(arrayEngine).toBe(`@jax-js/jax ${own.peerDependencies["@jax-js/jax"]}`);
  });
});
