/*
 * Checks how sentences are written in Markdown pages, help texts and the first lines of docstrings: their length, the average of a page,
 * and words that the project does not use. `npm run prose -- [PATH...]` checks what is at these paths; `--summary` counts by file,
 * `--json` prints everything. An exception is a comment `prose: allow WORD because REASON` above the text. Exit code 1: something was found.
 */
import { normalize } from "node:path";
import { parseArgs } from "node:util";
import { check } from "./prose/check.ts";
import { applyExceptions } from "./prose/exceptions.ts";
import { closingLine, linesOf, summaryOf } from "./prose/report.ts";
import { readSources } from "./prose/sources.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, summary: { type: "boolean" } },
});
const wanted = positionals.map((path) => normalize(path).replace(/\/$/, ""));
const isWanted = ({ path }: { path: string }): boolean =>
  wanted.length === 0 || wanted.some((one) => one === "." || path === one || path.startsWith(`${one}/`));

const { passages, exceptions } = await readSources();
// Options that several commands share are found in the help of each.
const all = applyExceptions(check(passages), exceptions).filter(isWanted);
const findings = [
  ...new Map(all.map((one) => [`${one.path}:${one.line}:${one.message}:${one.text}`, one])).values(),
];
const counts = [passages.filter(isWanted).length, exceptions.length] as const;
if (counts[0] === 0) throw new RangeError(`expected paths of pages or sources, got ${positionals.join(" ")}`);
if (values.json)
  console.log(JSON.stringify({ findings, passages: counts[0], exceptions: counts[1] }, null, 1));
else {
  for (const line of values.summary ? summaryOf(findings) : linesOf(findings)) console.log(line);
  console.log(closingLine(findings, ...counts));
}
process.exitCode = findings.length === 0 ? 0 : 1;
