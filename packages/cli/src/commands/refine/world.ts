import { loadPromptWorld } from "@minimand/papers";
import type { Compile } from "minimand/engine";
import { paperAssets } from "../../papers/paper-assets.ts";
import { pngOf } from "../../report/png.ts";
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
  const world = await loadPromptWorld(paperAssets("uf-fgtg"), compile === undefined ? {} : { compile });
  return {
    refiner: world.refiner,
    draw: async (prompts, seed) =>
      (await world.draw(prompts, seed)).map(({ rgb, width }) => ({ bytes: pngOf(rgb, width), type: "png" })),
    dispose: world.dispose,
  };
}
