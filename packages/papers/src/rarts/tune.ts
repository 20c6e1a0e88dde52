import { collect } from "../collect.ts";
import type { Host, Progress, Row } from "../reproduction.ts";
import { rounded } from "../statistics.ts";
import { cellArms, widthArms } from "./arms.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec } from "./spec.ts";
import { meanTable, tableSpecs } from "./table.ts";

/**
 * Six configurations for every cell search and every width, judged on rows that no measured run sees; a choice has
 * the best mean accuracy over the seeds, of widths over both as well. Beside the choices stands the table of the space, the
 * mean test accuracy of every cell on seeds of its own, by which no choice is made.
 */
export async function* tune(
  host: Host<Spec, Result>,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const { fraction } = scales[host.scale];
  const grid: { arm: string; configuration: Row; specs: Spec[] }[] = [
    ...cellArms.flatMap(({ id, grid }) =>
      grid.map((configuration) => ({
        arm: id,
        configuration: { ...configuration },
        specs: tuningSeeds.map(
          (seed): Spec => ({ part: "cell", arm: id, configuration, seed, judge: "tune", fraction }),
        ),
      })),
    ),
    ...widthArms.flatMap(({ id, grid }) =>
      grid.map((configuration) => ({
        arm: id,
        configuration: { ...configuration },
        specs: tuningSeeds.map(
          (seed): Spec => ({ part: "width", arm: id, configuration, seed, judge: "tune", fraction }),
        ),
      })),
    ),
  ];
  const results = yield* collect(
    host,
    [...grid.flatMap(({ specs }) => specs), ...tableSpecs(fraction)],
    describe,
  );
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  grid.forEach(({ arm, configuration }, i) => {
    const own = results.slice(i * tuningSeeds.length, (i + 1) * tuningSeeds.length).map(accuracyOf);
    const row = { arm, ...configuration, accuracy: rounded(own.reduce((a, b) => a + b, 0) / own.length) };
    rows.push(row);
    if (row.accuracy > Number(choices[arm]?.accuracy ?? -1)) choices[arm] = row;
  });
  const table = meanTable(results.filter((result) => result.part === "table"));
  for (const [cell, accuracy] of Object.entries(table)) choices[cell] = { cell, accuracy: rounded(accuracy) };
  return { rows, choices };
}

function accuracyOf(result: Result): number {
  if (result.part === "cell") return result.validation ?? 0;
  if (result.part !== "width") return 0;
  const values = Object.values(result.accuracy);
  return values.reduce((a, b) => a + b, 0) / values.length;
}
