import { problemOf, type Quality, qualityOf, type World, worlds } from "./bandit.ts";
import { banditPolicies } from "./bandit-policies.ts";

export interface BanditSpec {
  part: "bandit";
  seed: number;
  /** Pairs in the logs. */
  sizes: number[];
}

export interface BanditResult {
  part: "bandit";
  found: ({ world: World; pairs: number; policy: string } & Quality)[];
}

/** All policies on both worlds of a seed. */
export function banditTrial({ seed, sizes }: BanditSpec): BanditResult {
  const found = worlds.flatMap((world) =>
    sizes.flatMap((pairs) => {
      const problem = problemOf(world, pairs, seed);
      return banditPolicies.map(({ id: policy, policyOf }) => ({
        world,
        pairs,
        policy,
        ...qualityOf(problem, policyOf(problem)),
      }));
    }),
  );
  return { part: "bandit", found };
}
