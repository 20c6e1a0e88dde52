import { type Arm, armsFor } from "./arm.ts";
import type { TableEntry } from "./draw-tables.ts";
import type { Half } from "./halves.ts";
import { type Plan, plans } from "./plans.ts";
import { type BenchRecord, keyOf } from "./records.ts";
import { compareArms, countsOf, scoresOf, tableOfRows } from "./report.ts";
import { jobsOf } from "./run.ts";
import { type Widths, widthSection } from "./widths-of.ts";

const reference = "hgb";
const titles = { full: "full plan", single: "single changes", outer: "outer split" };

/** The tables that a plan uses of a half, in the order in which they run: those of single changes first, then by size. */
export function tablesFor(entries: readonly TableEntry[], half: Half, { name }: Plan): TableEntry[] {
  return entries
    .filter((entry) => entry.half === half && (name !== "single" || entry.single))
    .sort((a, b) => Number(b.single) - Number(a.single) || a.used * a.columns - b.used * b.columns);
}

/** The page of all records. */
export function pageOf(
  records: readonly BenchRecord[],
  entries: readonly TableEntry[],
  arms: readonly Arm[],
  widths: readonly Widths[],
): string {
  const halves: Half[] = ["development", "set aside"];
  const ofArms = halves.flatMap((half) =>
    Object.values(plans).flatMap((plan) => sectionOf(half, plan, records, entries, arms)),
  );
  const sections = [...ofArms, ...widthSection(widths, entries)];
  return `# Results of the networks bench

Written from \`results.jsonl\` and \`widths.jsonl\` by \`npx node --conditions=minimand-source bench/networks.ts --report\`. The [rule](README.md) defines the measure.
Differences are to \`${reference}\`, positive where the arm is better (except for ranks, where less is better), with 95 % intervals from draws of families. Those of log loss are
relative. Ranks have their standard error. "Far behind" is the share of tables on which an arm is behind by more than 1 point of AUC or R², or by more than 2 % of log loss.

${sections.length === 0 ? "No records yet." : sections.join("\n\n")}
`;
}

function sectionOf(
  half: Half,
  plan: Plan,
  records: readonly BenchRecord[],
  entries: readonly TableEntry[],
  all: readonly Arm[],
): string[] {
  const arms = armsFor(all, plan);
  const tables = tablesFor(entries, half, plan);
  const planned = new Set(jobsOf(tables, arms, plan).map(keyOf));
  const own = records.filter((record) => planned.has(keyOf(record)));
  if (own.length === 0) return [];
  const covered = arms.map(({ name }) => ({ name, tables: scoresOf(own, tables, [name], plan).length }));
  const most = Math.max(...covered.map(({ tables: count }) => count));
  const namesWith = (least: number): string[] =>
    covered.filter(({ tables: count }) => count >= least).map(({ name }) => name);
  // An arm that is behind would leave few tables for the others: they come without it first.
  const sets = [namesWith(Math.max(1, 0.8 * most)), namesWith(1)];
  if (sets[0].length === sets[1].length) sets.pop();
  const parts = sets.map((names) => {
    const scored = scoresOf(own, tables, names, plan);
    const what = `${scored.length} of ${tables.length} tables, those on which all listed arms have at least one whole seed (${countsOf(scored)}):`;
    return names.includes(reference) && scored.length > 0
      ? `${what}\n\n${tableOfRows(compareArms(scored, names, reference), reference)}`
      : `No table has records of ${names.join(", ")} and ${reference}.`;
  });
  const diverged = own.filter((record) => record.diverged).length;
  const title = `## ${half === "development" ? "Development" : "Set-aside"} half, ${titles[plan.name]}`;
  const failed = diverged === 0 ? "" : ` ${diverged} of them are of fits that diverged.`;
  return [[title, `${own.length} of ${planned.size} records.${failed}`, ...parts].join("\n\n")];
}
