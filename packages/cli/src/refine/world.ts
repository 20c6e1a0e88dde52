import { readFile } from "node:fs/promises";
import type { Compile } from "minimand/engine";
import { pngOf } from "../report/page/png.ts";
import type { Picture } from "./picture.ts";
import type { Refiner } from "./refiner.ts";

/** The toy world of the paper uf-fgtg: its refiner, and its image model. */
export interface World {
  refiner: Refiner;
  /** A picture of each prompt; the same place and seed have the same noise. */
  draw(prompts: readonly string[], seed: number): Promise<Picture[]>;
  dispose(): void;
}

/** Loads the world that comes with the command. */
export async function loadWorld(compile: Compile | undefined): Promise<World> {
  const { loadPromptWorld } = await import("@minimand/papers/uf-fgtg");
  const world = await loadPromptWorld(
    (path) => readFile(new URL(path, import.meta.resolve("@minimand/papers/uf-fgtg"))),
    compile,
  );
  return {
    refiner: world.refiner,
    draw: async (prompts, seed) =>
      (await world.draw(prompts, seed)).map(({ rgb, width }) => ({ bytes: pngOf(rgb, width), type: "png" })),
    dispose: world.dispose,
  };
}
