/*
 * What has been measured, in bench/results.json, and the page made of it, bench/RESULTS.md. A run replaces the sections that it has
 * measured and leaves the others as they are.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** A line of a table; `target` is empty where there is none. */
export type Row = [what: string, measured: string, target: string, met: boolean];

export interface Section {
  title: string;
  /** The command that measures it. */
  command: string;
  /** Machine, Node and day of the run. */
  on: string;
  /** What stands in place of rows where nothing could be measured. */
  missing?: string;
  rows: Row[];
}

const data = new URL("results.json", import.meta.url);
const page = new URL("RESULTS.md", import.meta.url);

export function readSections(): Section[] {
  return JSON.parse(readFileSync(data, "utf8")) as Section[];
}

/** Puts a section in the place of the one with its title, or at the end, and writes the page. */
export function replaceSection(section: Omit<Section, "on">): void {
  const processor = cpus()[0]?.model.trim() ?? "an unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  const made = {
    ...section,
    on: `${processor}, ${availableParallelism()} cores, Node ${process.versions.node}, ${day}`,
  };
  const sections = readSections();
  const at = sections.findIndex(({ title }) => title === section.title);
  if (at < 0) sections.push(made);
  else sections[at] = made;
  writeFileSync(data, `${JSON.stringify(sections, null, 1)}\n`);
  writeFileSync(page, pageOf(sections));
}

/** The page of all sections. */
export function pageOf(sections: readonly Section[]): string {
  return `# Benchmarks

Written from \`results.json\` by the commands below. Medians; ratios are taken within one run.

${sections.map(sectionOf).join("\n\n")}
`;
}

function sectionOf({ title, command, on, missing, rows }: Section): string {
  return `## ${title}

\`${command}\` on ${on}.

${missing === undefined ? tableOf(rows) : `Left out: ${missing}`}`;
}

export function tableOf(rows: readonly Row[]): string {
  return [
    "| what | measured | target | |",
    "|---|---|---|---|",
    ...rows.map(
      ([what, measured, target, met]) =>
        `| ${what} | ${measured} | ${target} | ${target === "" ? "" : met ? "met" : "**missed**"} |`,
    ),
  ].join("\n");
}
