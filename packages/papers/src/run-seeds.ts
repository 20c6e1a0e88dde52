import type { Host, Reproduction, TrialHost } from "./reproduction.ts";

/** Of the end of a run that was only asked which trials it has. */
class Asked extends Error {}

/** Numbers under the names `seed` and `seeds`, wherever they are. */
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
 * Returns the seeds that a run would have, from its trials, none of which is run.
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
  // Some reproductions ask for trials in groups, all of which they have before they wait for the first.
  const trials: Host<unknown, unknown>["trials"] = (specs) => {
    for (const seed of seedsIn(specs)) seeds.add(seed);
    return {
      [Symbol.asyncIterator]: () => {
        throw new Asked();
      },
    };
  };
  try {
    for await (const _ of reproduction.run({ ...host, trials }));
  } catch (error) {
    if (!(error instanceof Asked)) throw error;
  }
  return [...seeds].sort((a, b) => a - b);
}

/**
 * Returns why a run that is to have other seeds than that of the paper's page may not have its own: some are on the page.
 *
 * @param reproduction of the paper
 * @param host as for {@link seedsOfRun}, with the first seed that is asked for
 * @param onPage seeds of the page's run, null for the scale's own number
 * @returns what was expected and what came; null where the page has none of them
 */
export async function seenSeeds(
  reproduction: Reproduction<unknown, unknown>,
  host: TrialHost & Pick<Host<unknown, unknown>, "scale" | "seeds"> & { firstSeed: number },
  onPage: number | null,
): Promise<string | null> {
  const all = await seedsOfRun(reproduction, host);
  const page = await seedsOfRun(reproduction, { ...host, seeds: onPage, firstSeed: null });
  // Some have a problem or instances whose seed is always the same.
  const far = await seedsOfRun(reproduction, { ...host, firstSeed: Math.max(...all, ...page) + 1 });
  const [used, shown] = [all, page].map((seeds) => seeds.filter((seed) => !far.includes(seed)));
  const seen = used.filter((seed) => shown.includes(seed));
  if (seen.length === 0) return null;
  return `expected seeds that the paper's page hasn't, such as those from ${shown[shown.length - 1] + 1} on, got ${span(used)}, of which it has ${span(seen)} (without --first-seed a run has the page's)`;
}

/**
 * Returns why a run may not have its seeds: no measured run has one on which something was chosen.
 *
 * @param reproduction of the paper
 * @param used seeds of the run
 * @returns what was expected and what came; null where the seeds are others
 *
 * @example
 * takenSeeds(reproduction, [0, 1, 2]); // null
 */
export function takenSeeds(
  { card, tuningSeeds }: Pick<Reproduction<unknown, unknown>, "card" | "tuningSeeds">,
  used: readonly number[],
): string | null {
  const taken = tuningSeeds.filter((seed) => used.includes(seed));
  if (taken.length === 0) return null;
  return `expected seeds on which nothing was chosen, got ${span(used)}, of which tuning of '${card.slug}' has used ${span(taken)}`;
}

const span = (seeds: readonly number[]): string =>
  seeds.length === 1 ? `${seeds[0]}` : `${seeds[0]} to ${seeds[seeds.length - 1]}`;
