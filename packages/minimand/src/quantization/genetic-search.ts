import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { randomSource } from "../engine/random.ts";
import type { QuantConfig } from "./config.ts";
import { bitsNear, checkedSpace, type SearchSpace, searchSpaceNames } from "./search-space.ts";

/** Of {@link geneticSearch}. */
export interface GeneticSearchOptions extends SearchSpace {
  /** What is to be large: the accuracy of a configuration, or what a predictor says of it. Called once for each. */
  fitness: (configs: QuantConfig[]) => number | Promise<number>;
  /** Default 100. */
  population?: number;
  /** Default 500. */
  generations?: number;
  /** Share of the population that has children and stays; default 0.25. */
  parents?: number;
  /** With which probability the bits of a layer are drawn anew in a child; default 0.1. */
  mutation?: number;
  seed: number;
  /** How often a configuration is drawn until it is one of the space; default 10000. */
  maxTries?: number;
}

/** What a {@link geneticSearch} found. */
export interface SearchResult {
  configs: QuantConfig[];
  fitness: number;
  /** The best of each generation, the first population before them. */
  history: number[];
  /** How many configurations were looked at. */
  evaluations: number;
}

type Genes = readonly number[];
interface Member {
  genes: Genes;
  fitness: number;
}

/**
 * Searches the bits of each layer by a genetic algorithm. The best of a population stay and have children, half of them by mutation (the
 * bits of each layer drawn anew with some probability), half by uniform crossover of two. Children with averages outside of
 * `(target - tolerance, target]` are drawn again. The best ever is kept.
 *
 * @param options the space, the fitness, a seed, and what else there is, see {@link GeneticSearchOptions}
 * @returns the best configuration and its fitness; the same seed gives the same
 * @throws TypeError, RangeError for options out of range, a fitness that isn't finite, and a space in which no configuration is found
 * @example
 * const layers = [1, 1, 1, 1].map((n) => ({ weights: n, activations: n }))
 * const fitness = (configs: QuantConfig[]) => configs[1].weightBits - configs[2].weightBits
 * const space = { layers, bits: [2, 3, 4], target: { weight: 3, act: 3 } }
 * const best = await geneticSearch({ ...space, fitness, population: 20, generations: 10, seed: 1 })
 * best.fitness // 2
 * @see Xu et al. 2023, arXiv 2308.07650, section 3.4, algorithm 2
 */
export async function geneticSearch(options: GeneticSearchOptions): Promise<SearchResult> {
  const { fitness, population, generations, parents } = readOptions("geneticSearch", options, {
    ...searchSpaceNames,
    fitness: true,
    population: [100],
    generations: [500],
    parents: [0.25],
    mutation: true,
    seed: true,
    maxTries: true,
  });
  const { mutation = 0.1, seed, maxTries = 10000 } = options;
  if (typeof fitness !== "function") throw typeError("fitness", "a function of configurations", fitness);
  checkNumber("population", population, { min: 2, integer: true });
  checkNumber("generations", generations, { min: 0, integer: true });
  checkNumber("parents", parents, { above: 0, max: 1 });
  checkNumber("mutation", mutation, { min: 0, max: 1 });
  checkNumber("seed", seed, { integer: true });
  checkNumber("maxTries", maxTries, { min: 1, integer: true });
  const space = checkedSpace(options);
  const { bits, layers, target } = space;
  const draw = randomSource(seed);
  const { weights, acts } = bitsNear(layers, bits, draw);

  const known = new Map<string, number>();
  const memberOf = async (genes: Genes): Promise<Member> => {
    const name = genes.join();
    let value = known.get(name);
    if (value === undefined) {
      value = await fitness(space.configsOf(genes));
      checkNumber("fitness", value);
      known.set(name, value);
    }
    return { genes, fitness: value };
  };
  const valid = (make: () => Genes): Genes => {
    for (let i = 0; i < maxTries; i++) {
      const genes = make();
      if (space.isValid(space.configsOf(genes))) return genes;
    }
    const { weight, act } = target;
    throw rangeError(
      "target",
      `averages that some configuration has, in ${maxTries} tries`,
      `${weight}, ${act}`,
    );
  };
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)];
  // Averages just below the target are allowed, and so are aimed at.
  const fresh = (): Genes => [
    ...weights(target.weight - draw() * space.tolerance),
    ...acts(target.act - draw() * space.tolerance),
  ];

  let members: Member[] = [];
  for (let i = 0; i < population; i++) members.push(await memberOf(valid(fresh)));
  const history: number[] = [];
  const kept = Math.max(1, Math.round(parents * population));
  for (let generation = 0; ; generation++) {
    members.sort((a, b) => b.fitness - a.fitness);
    history.push(members[0].fitness);
    if (generation === generations) break;
    const best = members.slice(0, kept);
    const children: Genes[] = Array.from({ length: population - kept }, (_, i) =>
      valid(() => {
        const { genes: one } = oneOf(best);
        if (i % 2 === 0) return one.map((b) => (draw() < mutation ? oneOf(bits) : b));
        const { genes: other } = oneOf(best);
        return one.map((b, l) => (draw() < 0.5 ? b : other[l]));
      }),
    );
    members = [...best];
    for (const genes of children) members.push(await memberOf(genes));
  }
  const [{ genes, fitness: found }] = members;
  return { configs: space.configsOf(genes), fitness: found, history, evaluations: known.size };
}
