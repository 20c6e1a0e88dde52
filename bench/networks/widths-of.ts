import { existsSync, readFileSync } from "node:fs";
import type { TableEntry } from "./draw-tables.ts";
import { bootstrap } from "./report.ts";

/** The widths of the intervals of losses against the baseline, on a table by a network. */
export interface Widths {
  table: string;
  network: "before" | "default";
  widths: Record<string, number>;
}

/** Reads the records of a file; none where there is no file. */
export const readWidths = (file: string): Widths[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Widths)
    : [];

/** For each table the width by the default network as a part of the one of before, and the mean over tables: geometric means, over losses too. */
export function widthRatios(records: readonly Widths[], entries: readonly TableEntry[]) {
  const of = (table: string, network: Widths["network"]) =>
    records.find((one) => one.table === table && one.network === network)?.widths;
  const tables = entries.flatMap(({ id, family }) => {
    const [before, now] = [of(id, "before"), of(id, "default")];
    if (before === undefined || now === undefined) return [];
    const logs = Object.keys(before).flatMap((loss) =>
      before[loss] > 0 && now[loss] > 0 ? [Math.log(now[loss] / before[loss])] : [],
    );
    if (logs.length === 0) return [];
    return [
      { id, family, value: logs.reduce((sum, log) => sum + log, 0) / logs.length, losses: logs.length },
    ];
  });
  return { tables, mean: bootstrap(tables) };
}

/** The section of the page. */
export function widthSection(records: readonly Widths[], entries: readonly TableEntry[]): string[] {
  const { tables, mean } = widthRatios(records, entries);
  if (mean === null) return [];
  const part = (log: number): string => Math.exp(log).toFixed(2);
  return [
    `## Widths of intervals, set-aside half

Intervals of losses against the baseline by the default network, as a part of their width by the one of before, on ${tables.length} tables: on average (geometric mean)
${part(mean.mean)}, with an interval from ${part(mean.low)} to ${part(mean.high)}.

| table | losses | width |
| --- | ---: | ---: |
${tables.map(({ id, losses, value }) => `| ${id} | ${losses} | ${part(value)} |`).join("\n")}`,
  ];
}
