import type { Host, Reproduction, TrialHost } from "./reproduction.ts";

/** Of the end of a run that was only asked which trials it has. */
class Asked extends Error {}

/** Numbers under the names `seed` and `seeds`, wherever they stand. */
function seedsIn(value: unknown): number[] {
  const found: unknown[] = [];
  JSON.stringify(value, (name, part) => {
    if (name === "seed") found.push(part);
    if (name === "seeds" && Array.isArray(part)) found.push(...part);
    return part;
  });
  return found.filter((seed) => typeof seed === "number");
}

/**
 * The seeds that a run would have, from its trials, none of which is run.
 *
 * @param reproduction of the paper
 * @param host its data, scale, number of seeds and first seed
 * @returns each once, in order
 * @throws what the host throws of absent data
 *
 * @example
 * await seedsOfRun(await loadReproduction("saf"), { ...host, scale: "default", seeds: 3, firstSeed: 50 }); // [50, 51, 52]
 */
export async function seedsOfRun(
  reproduction: Reproduction<unknown, unknown>,
  host: TrialHost & Pick<Host<unknown, unknown>, "scale" | "seeds" | "firstSeed">,
): Promise<number[]> {
  const seeds = new Set<number>();
  const trials: Host<unknown, unknown>["trials"] = (specs) => {
    for (const seed of seedsIn(specs)) seeds.add(seed);
    throw new Asked();
  };
  try {
    for await (const _ of reproduction.run({ ...host, trials }));
  } catch (error) {
    if (!(error instanceof Asked)) throw error;
  }
  return [...seeds].sort((a, b) => a - b);
}
