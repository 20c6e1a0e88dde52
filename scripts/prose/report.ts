import type { Finding } from "./check.ts";

/** A line for each finding: where, what, and the beginning of the sentence. */
export function linesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, message, text }) => {
    const beginning = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    return `${path}:${line}: ${message}${beginning === "" ? "" : `: ${beginning}`}`;
  });
}

/** Findings by area and by file, most first, to share the work by. */
export function summaryOf(findings: readonly Finding[]): string[] {
  const header = `${"all".padStart(6)}${"long".padStart(7)}${"average".padStart(9)}${"words".padStart(7)}`;
  const group = (key: (finding: Finding) => string): string[] =>
    [...Map.groupBy(findings, key)]
      .sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
      .map(([name, own]) => {
        const count = (rule: string): number => own.filter((one) => one.rule === rule).length;
        const [long, average] = [count("length"), count("average")];
        const words = own.length - long - average;
        return `${String(own.length).padStart(6)}${String(long).padStart(7)}${String(average).padStart(9)}${String(words).padStart(7)}  ${name}`;
      });
  return [header, ...group(({ area }) => area), "", header, ...group(({ path }) => path)];
}

/** What was found in all, as one line. */
export function closingLine(findings: readonly Finding[], passages: number, exceptions: number): string {
  const files = new Set(findings.map(({ path }) => path)).size;
  return `${findings.length} findings in ${files} files; ${passages} passages checked, ${exceptions} exceptions.`;
}
