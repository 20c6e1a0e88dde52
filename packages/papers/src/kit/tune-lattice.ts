import type { Host, Progress, Row } from "../reproduction.ts";
import { bestOf, type Candidate, type Scoring, type Tuned, tryAll } from "./tune-grid.ts";

/** One choice to make: values of its parameters in order, where it begins, and its trials. */
export interface LatticeArm<Spec, Name extends string = string> {
  choice: string;
  /** Names that the table of tuning has before the configuration. */
  label: Row;
  /** Neighbours of a configuration differ from it by one place in one of these lists. */
  axes: Readonly<Record<Name, readonly number[]>>;
  start: Readonly<Record<Name, number>>;
  /** What is tried in the first round, in the place of the start and its neighbours. */
  first?: readonly Readonly<Record<Name, number>>[];
  /** Configurations for which this is false aren't tried; default all are. */
  allowed?: (configuration: Record<Name, number>) => boolean;
  /** In the order of the seeds of tuning. */
  specsOf: (configuration: Record<Name, number>) => readonly Spec[];
}

/** Returns the configurations one place away from this one, in one parameter each. */
export function neighboursOf<Name extends string>(
  { axes, allowed = () => true }: Pick<LatticeArm<unknown, Name>, "axes" | "allowed">,
  configuration: Readonly<Record<Name, number>>,
): Record<Name, number>[] {
  return (Object.keys(axes) as Name[])
    .flatMap((name) => {
      const values = axes[name];
      const at = values.indexOf(configuration[name]);
      if (at < 0)
        throw new RangeError(`${name}: expected one of ${values.join(", ")}, got ${configuration[name]}`);
      return [at - 1, at + 1]
        .filter((place) => place in values)
        .map((place) => ({ ...configuration, [name]: values[place] }));
    })
    .filter(allowed);
}

/**
 * Tries the start of every arm and its neighbours, then those of whatever was best, until no neighbour of any choice is untried: none is at
 * an end of what was tried. All arms move in the same rounds, by the same rule.
 *
 * @param options `rounds` of it at most; default as many as it takes
 */
export async function* tuneOnLattice<Spec, Result, Name extends string>(
  host: Pick<Host<Spec, Result>, "trials">,
  arms: readonly LatticeArm<Spec, Name>[],
  options: LatticeOptions<Spec, Result>,
): AsyncGenerator<Progress, Tuned> {
  return bestOf(yield* tryOnLattice(host, arms, options), options);
}

type LatticeOptions<Spec, Result> = Scoring<Result> & {
  describe: (spec: Spec, result: Result) => string;
  rounds?: number;
};

/** Runs the search of {@link tuneOnLattice}. Returns all that was tried, with its results. */
export async function* tryOnLattice<Spec, Result, Name extends string>(
  host: Pick<Host<Spec, Result>, "trials">,
  arms: readonly LatticeArm<Spec, Name>[],
  { rounds = Number.POSITIVE_INFINITY, ...options }: LatticeOptions<Spec, Result>,
): AsyncGenerator<Progress, (Candidate<Spec> & { results: Result[] })[]> {
  const tried: (Candidate<Spec> & { results: Result[] })[] = [];
  const seen = new Map(arms.map(({ choice }) => [choice, new Set<string>()]));
  const places = new Map(arms.map(({ choice, start }) => [choice, start]));
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    const next = arms.flatMap((arm): Candidate<Spec>[] => {
      const place = places.get(arm.choice)!;
      const own = seen.get(arm.choice)!;
      const first = round === 1 ? arm.first : undefined;
      const asked = first ?? [place, ...neighboursOf(arm, place)];
      const fresh = asked.filter((c) => !own.has(keyOf(arm, c)));
      for (const configuration of fresh) own.add(keyOf(arm, configuration));
      return fresh.map((configuration) => ({
        choice: arm.choice,
        row: { ...arm.label, ...configuration },
        specs: arm.specsOf(configuration),
      }));
    });
    if (next.length === 0) break;
    let total = done;
    const running = tryAll(host, next, options.describe);
    let step = await running.next();
    for (; !step.done; step = await running.next()) {
      total = done + step.value.total;
      yield { done: done + step.value.done, total, message: `round ${round}, ${step.value.message}` };
    }
    done = total;
    tried.push(...step.value);
    const { choices } = bestOf(tried, { ...options, notChosen: [] });
    for (const { choice, axes } of arms)
      if (choice in choices)
        places.set(choice, pick(choices[choice] as Record<Name, number>, Object.keys(axes) as Name[]));
  }
  return tried;
}

const pick = <Name extends string>(row: Record<Name, number>, names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, row[name]])) as Record<Name, number>;

const keyOf = <Name extends string>(
  { axes }: Pick<LatticeArm<unknown, Name>, "axes">,
  configuration: Readonly<Record<Name, number>>,
): string => (Object.keys(axes) as Name[]).map((name) => configuration[name]).join();
