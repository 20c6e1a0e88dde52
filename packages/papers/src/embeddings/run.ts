import { available } from "../kit/available.ts";
import { type Choices, chosen } from "../kit/choices.ts";
import { candidates, type Scoring, type Tuned, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Progress } from "../reproduction.ts";
import { type Arm, armOf, type Configuration, configurationsOf, defaultConfiguration } from "./arms.ts";
import { type Material, materialOf, materials } from "./material.ts";

/** The materials of these names that the host has; what isn't part of the project may be absent, which is said. */
export function materialsOf(
  names: readonly string[],
  host: Pick<Host<unknown, unknown>, "images">,
): AsyncGenerator<Progress, Material[]> {
  const wanted = materials.filter(({ id }) => names.includes(id));
  return available(wanted, async ({ source }) => {
    if ("images" in source) for (const name of source.images) await host.images(name);
  });
}

/** What both papers on embeddings train. */
export interface EmbeddingSpec {
  material: string;
  /** An arm, or `raw`: the inputs themselves, nothing is trained. */
  arm: string;
  configuration: Configuration;
  /** Equal seeds share classes, rows, start and batches, whatever the arm. */
  seed: number;
  epochs: number;
}

/** A body as tuning chose it, or where there is no choice the start that the sheets of the papers give. */
export function embeddingSpec(
  choices: Choices,
  { material, arm, seed }: Pick<EmbeddingSpec, "material" | "arm" | "seed">,
  /** Multiplies the material's own epochs. */
  epochs: number,
): EmbeddingSpec {
  const name = `${material}, ${arm}`;
  const configuration =
    arm === "raw"
      ? { learningRate: 0, parameter: 0 }
      : choices[name] === undefined
        ? defaultConfiguration(armOf(arm))
        : chosen(choices, name, ["learningRate", "parameter"]);
  const own = Math.max(1, Math.round(materialOf(material).epochs * epochs));
  return { material, arm, configuration, seed, epochs: own };
}

/** Tuning uses seeds that no measured run has; those count from 0. */
export const tuningSeeds = [1001, 1002, 1003];

/** Nine configurations for every arm, on splits of classes of their own; at the quick scale one arm and seed. */
export async function* tuneEmbeddings<Spec extends EmbeddingSpec, Result>(
  host: Host<Spec, Result>,
  {
    names,
    arms,
    quickArm,
    specOf,
    ...scoring
  }: Scoring<Result> & {
    names: readonly string[];
    arms: readonly Arm[];
    quickArm: string;
    describe: (spec: Spec) => string;
    specOf: (of: Pick<EmbeddingSpec, "material" | "arm" | "seed">) => Spec;
  },
): AsyncGenerator<Progress, Tuned> {
  const found = yield* materialsOf(names, host);
  const quick = host.scale === "quick";
  const seeds = quick ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const tried = found.flatMap(({ id: material }) =>
    arms
      .filter(({ id }) => !quick || id === quickArm)
      .flatMap((own) => {
        const label = { material, arm: own.id };
        const grid = configurationsOf(own, material);
        return candidates(`${material}, ${own.id}`, label, grid, seeds, (configuration, seed): Spec => {
          return { ...specOf({ ...label, seed }), configuration };
        });
      }),
  );
  return yield* tuneGrid(host, tried, scoring);
}

/** Results of each material, by method, in the order of the seeds. */
export function byMethod<Method extends string, Result>(
  found: readonly { id: string }[],
  methods: readonly Method[],
  of: (material: string, method: Method) => readonly Result[],
): Record<string, Record<Method, readonly Result[]>> {
  const own = (material: string) => methods.map((method) => [method, of(material, method)]);
  return Object.fromEntries(found.map(({ id }) => [id, Object.fromEntries(own(id))]));
}

/** Each method of each material that was run, with its results. */
export const ranOf = <Method extends string, Result>(
  byMaterial: Readonly<Record<string, Partial<Record<Method, readonly Result[]>>>>,
  methods: readonly Method[],
): { material: string; method: Method; results: readonly Result[] }[] =>
  Object.entries(byMaterial).flatMap(([material, own]) =>
    methods.flatMap((method) => {
      const results = own[method] ?? [];
      return results.length === 0 ? [] : [{ material, method, results }];
    }),
  );
