import type { Progress, Row, TrialHost } from "../reproduction.ts";
import { rounded } from "../statistics.ts";
import { type Arm, type Configuration, configurationsOf, defaultConfiguration } from "./arms.ts";
import { type Material, materials } from "./material.ts";

/** The materials of these names that the host has; what isn't part of the project may be absent, which is said. */
export async function* available(
  names: readonly string[],
  host: TrialHost,
): AsyncGenerator<Progress, Material[]> {
  const found: Material[] = [];
  for (const material of materials.filter(({ name }) => names.includes(name))) {
    try {
      if ("images" in material.source) for (const name of material.source.images) await host.images(name);
      found.push(material);
    } catch (error) {
      if (material.bundled) throw error;
      const why = error instanceof Error ? error.message : String(error);
      yield { done: 0, total: 0, message: `${material.name}: left out, it is not here (${why})` };
    }
  }
  return found;
}

/** Committed choices of tuning by `material, arm`. */
export type Choices = Record<string, Row | undefined>;

export const choiceName = (material: string, arm: string): string => `${material}, ${arm}`;

/** The choice of tuning, or where there is none the start that the sheets of the papers give. */
export function chosen(choices: Choices, material: string, arm: Arm): Configuration {
  const row = choices[choiceName(material, arm.id)];
  if (row === undefined) return defaultConfiguration(arm);
  return { learningRate: Number(row.learningRate), parameter: Number(row.parameter) };
}

/** One tried configuration of one arm on one seed. */
export interface Tried {
  material: string;
  arm: Arm;
  configuration: Configuration;
  seed: number;
}

/** Every arm with as many configurations on every seed. */
export function triedOf(names: readonly string[], arms: readonly Arm[], seeds: readonly number[]): Tried[] {
  return names.flatMap((material) =>
    arms.flatMap((arm) =>
      configurationsOf(arm, material).flatMap((configuration) =>
        seeds.map((seed) => ({ material, arm, configuration, seed })),
      ),
    ),
  );
}

/** Rows of mean scores, and for every material and arm the row with the highest. */
export function bestOf(
  tried: readonly Tried[],
  scores: readonly number[],
  scoreName: string,
): { rows: Row[]; choices: Record<string, Row> } {
  const sums = new Map<string, { row: Row; scores: number[] }>();
  tried.forEach(({ material, arm, configuration }, i) => {
    const key = JSON.stringify([material, arm.id, configuration]);
    const entry = sums.get(key) ?? { row: { material, arm: arm.id, ...configuration }, scores: [] };
    entry.scores.push(scores[i]);
    sums.set(key, entry);
  });
  const rows: Row[] = [...sums.values()].map(({ row, scores: own }) => ({
    ...row,
    [scoreName]: rounded(own.reduce((a, b) => a + b, 0) / own.length),
  }));
  const choices: Record<string, Row> = {};
  for (const row of rows) {
    const name = choiceName(String(row.material), String(row.arm));
    if (choices[name] === undefined || Number(row[scoreName]) > Number(choices[name][scoreName]))
      choices[name] = row;
  }
  return { rows, choices };
}
