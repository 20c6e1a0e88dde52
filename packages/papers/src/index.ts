import type { Pretraining } from "./pretraining.ts";
import { loaders as reproductions } from "./registry/reproductions.ts";
import type { Reproduction, TrialHost } from "./reproduction.ts";

export type { PromptWorld } from "./uf-fgtg/run/prompt-world.ts";

import type { PromptWorld } from "./uf-fgtg/run/prompt-world.ts";

export * from "./cards.ts";
export * from "./host/index.ts";
export { readIdx } from "./idx.ts";
export { localHost } from "./kit/local-host.ts";
export type { Photograph, Pretrained, Pretraining, PretrainingHost } from "./pretraining.ts";
export type {
  Field,
  Host,
  Images,
  Outcome,
  PaperCard,
  PictureRow,
  Progress,
  Reproduction,
  ReproductionReport,
  Row,
  Scale,
  Series,
  TrialHost,
} from "./reproduction.ts";
export { seedsOfRun, seenSeeds, takenSeeds } from "./run-seeds.ts";

const loaders: Record<string, () => Promise<{ reproduction: Reproduction<unknown, unknown> }>> =
  reproductions;

/**
 * Returns the reproduction of one paper, loaded when it is asked for. Its specs and results are plain JSON that only itself understands.
 *
 * @param slug of the paper, as on its card
 * @throws RangeError for an unknown slug, with the nearest known one
 *
 * @example
 * const { run } = await loadReproduction("comp-sum");
 */
export async function loadReproduction(slug: string): Promise<Reproduction<unknown, unknown>> {
  const load = Object.hasOwn(loaders, slug) ? loaders[slug] : undefined;
  if (load !== undefined) return (await load()).reproduction;
  const { suggest } = await import("minimand/engine");
  const slugs = Object.keys(loaders).sort();
  const near = suggest(slug, slugs);
  const hint = near === null ? "" : `; did you mean '${near}'?`;
  throw new RangeError(`paper: expected one of ${slugs.join(", ")}, got '${slug}'${hint}`);
}

const pretrainings: Record<string, () => Promise<{ pretraining: Pretraining }>> = {
  "dale-langevin": () => import("./dale-langevin/run/denoising/pretraining.ts"),
  "uf-fgtg": () => import("./uf-fgtg/run/pretraining/pretraining.ts"),
};

/** Slugs of the papers whose reproductions take models as they are. */
export const pretrained: readonly string[] = Object.keys(pretrainings);

/**
 * Returns how the frozen models of a paper are made.
 *
 * @param slug one of {@link pretrained}
 * @throws RangeError for another one
 *
 * @example
 * const { parts, train } = await loadPretraining("uf-fgtg");
 */
export async function loadPretraining(slug: string): Promise<Pretraining> {
  const load = Object.hasOwn(pretrainings, slug) ? pretrainings[slug] : undefined;
  if (load !== undefined) return (await load()).pretraining;
  throw new RangeError(
    `paper: expected one with frozen models of its own (${pretrained.join(", ")}), got '${slug}'`,
  );
}

/**
 * Returns the toy world of uf-fgtg, whose refiner `minimand refine` uses where no other is given. Its code is loaded when it is asked for.
 *
 * @param read gives the bytes of a file of the paper's folder
 * @param options `compile`
 *
 * @example
 * const { refiner, draw } = await loadPromptWorld((path) => host.asset(path));
 */
export async function loadPromptWorld(
  read: (path: string) => Promise<Uint8Array>,
  options: Pick<TrialHost, "compile"> = {},
): Promise<PromptWorld> {
  const world = await import("./uf-fgtg/run/prompt-world.ts");
  return world.loadPromptWorld(read, options);
}
