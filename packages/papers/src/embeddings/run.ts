import { available } from "../kit/available.ts";
import { type Choices, chosen } from "../kit/choices.ts";
import type { Scoring, Tuned } from "../kit/tune-grid.ts";
import { tuneOnLattice } from "../kit/tune-lattice.ts";
import type { Host, Progress } from "../reproduction.ts";
import type { Arm, Configuration } from "./arms.ts";
import { columns, lattices } from "./lattice.ts";
import { type Material, materials } from "./material.ts";

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

/** What tuning chose for an arm on a material; the inputs themselves have nothing. */
export const configurationOf = (choices: Choices, material: string, arm: string): Configuration =>
  arm === "raw"
    ? { learningRate: 0, parameter: 0, scale: 0 }
    : chosen(choices, `${material}, ${arm}`, columns);

/** Tuning uses seeds that no measured run has; those count from 0. */
export const tuningSeeds = [1001, 1002, 1003];

/** Every arm on a lattice, on splits of classes of their own; at the quick scale one arm, seed and round. */
export function tuneEmbeddings<Spec extends EmbeddingSpec, Result>(
  host: Host<Spec, Result>,
  {
    names,
    arms,
    quickArm,
    seeds,
    specOf,
    ...options
  }: Scoring<Result> & {
    names: readonly string[];
    arms: readonly Arm[];
    quickArm: string;
    seeds: readonly number[];
    describe: (spec: Spec) => string;
    specOf: (of: Pick<EmbeddingSpec, "material" | "arm" | "seed" | "configuration">) => Spec;
  },
): AsyncGenerator<Progress, Tuned> {
  const quick = host.scale === "quick";
  const own = seeds.slice(0, quick ? 1 : undefined);
  const tried = names.flatMap((material) =>
    lattices(
      material,
      arms.filter(({ id }) => !quick || id === quickArm),
      (arm, configuration) => own.map((seed) => specOf({ material, arm, seed, configuration })),
    ),
  );
  return tuneOnLattice(host, tried, { ...options, rounds: quick ? 1 : undefined });
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
