import { quoted } from "../data-error.ts";
import type { Note } from "../results.ts";
import { isMissingNumber } from "./cells.ts";
import { Column, type ColumnData, plainNumber } from "./column.ts";
import { areMostlyNumbers } from "./mostly-numbers.ts";
import { columns as columnsOf } from "./names.ts";
import {
  addEvidence,
  decideFormat,
  type FormatDecision,
  type FormatEvidence,
  type NumberFormat,
  noEvidence,
} from "./number-format.ts";

/**
 * Decides how the numbers of a text file are written, column by column: decimal commas, marks of thousands, currencies,
 * percent signs. Cells stay as they are; what was decided is in `Column.format`, and in a note.
 *
 * @param delimiter of the file
 */
export function formatColumns(
  given: readonly Column[],
  delimiter: string,
): { columns: Column[]; notes: Note[] } {
  if (delimiter !== ";" && given.every(({ data }) => data.kind !== "texts" || isPlain(data.bytes)))
    return { columns: [...given], notes: [] };
  const evidences = given.map(({ data }) => (data.kind === "texts" ? gather(data) : null));
  const foreign = evidences.some((evidence) => evidence !== null && evidence.foreign > 0);
  if (!foreign && delimiter !== ";") return { columns: [...given], notes: [] };
  for (const [j, evidence] of evidences.entries())
    if (evidence !== null && !evidence.decimals.has(".")) gatherDots(given[j]!.data, evidence);
  const certain = (mark: "." | ","): boolean =>
    evidences.some((evidence) => evidence?.decimals.has(mark) === true && evidence.decimals.size === 1);
  const file = { delimiter, commas: certain(","), points: certain(".") };
  const decisions = evidences.map((evidence) => (evidence === null ? null : decideFormat(evidence, file)));
  return {
    columns: given.map((column, j) => {
      const decision = decisions[j];
      return decision?.kind === "format" ? new Column(column.name, column.data, decision.format) : column;
    }),
    notes: notesOn(given, decisions, evidences),
  };
}

const plainBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number("0123456789+-.".includes(String.fromCharCode(byte))),
);

/** Whether nothing is in a column that a number in a foreign spelling has and a program's has not. */
function isPlain(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (plainBytes[bytes[i]!] === 0) return false;
  return true;
}

/** Evidence of all cells but those that are written plainly; null for a column that holds more texts than numbers. */
function gather(data: ColumnData & { kind: "texts" }): FormatEvidence | null {
  const column = new Column("", data);
  const evidence = noEvidence();
  for (let row = 0; row < column.length; row++) {
    const value = column.plainNumberAt(row);
    if (!Number.isNaN(value)) {
      evidence.numbers++;
      if (Number.isInteger(value) && Math.abs(value) < 1000) evidence.small++;
      continue;
    }
    const cell = column.at(row) as string;
    if (isMissingNumber(cell) || addEvidence(evidence, cell)) continue;
    if (evidence.texts++ === 0) evidence.text = cell;
    // A column of texts is known early; one of numbers may have some.
    if (evidence.texts > 100 && evidence.texts > evidence.numbers) return null;
  }
  return evidence.texts > evidence.numbers ? null : evidence;
}

/** What the points in plainly written numbers say: three digits behind one may be thousands. */
function gatherDots(data: ColumnData, evidence: FormatEvidence): void {
  if (data.kind !== "texts") return;
  const { bytes, ends } = data;
  for (let row = 0, from = 0; row < ends.length; from = ends[row++]!) {
    const to = ends[row]!;
    const point = to - from > 17 ? -1 : bytes.subarray(from, to).indexOf(46);
    // Words, dates and numbers with several points are not plain.
    if (point < 0 || Number.isNaN(plainNumber(bytes, from, to))) continue;
    const signed = bytes[from] === 45 || bytes[from] === 43 ? 1 : 0;
    const before = point - signed;
    if (to - from - point !== 4 || before < 1 || before > 3 || bytes[from + signed] === 48) {
      evidence.decimals.add(".");
      return;
    }
    evidence.either.add(".");
    if (evidence.example === "") evidence.example = String.fromCharCode(...bytes.subarray(from, to));
  }
}

/** Whether a column is read as numbers, its texts as missing. */
const isOfNumbers = ({ numbers, texts }: FormatEvidence): boolean =>
  texts === 0 || areMostlyNumbers(numbers, texts);

/** One note for each kind of decision. */
function notesOn(
  columns: readonly Column[],
  decisions: readonly (FormatDecision | null)[],
  evidences: readonly (FormatEvidence | null)[],
): Note[] {
  const notes: Note[] = [];
  const formats = decisions.flatMap((decision, j) =>
    decision?.kind === "format" && isOfNumbers(evidences[j]!)
      ? [{ name: columns[j]!.name, format: decision.format, evidence: evidences[j]! }]
      : [],
  );
  const say = (level: Note["level"], text: string, names: string[]): void => {
    if (names.length > 0) notes.push({ level, about: "numbers", text: `${text} in ${columnsOf(names)}` });
  };
  const which = (test: (format: NumberFormat, evidence: FormatEvidence) => boolean): string[] =>
    formats.filter(({ format, evidence }) => test(format, evidence)).map(({ name }) => name);
  // A column with points between its thousands has a decimal comma, though no number of it may show one.
  const showsComma = ({ decimal }: NumberFormat, { decimals, either }: FormatEvidence): boolean =>
    decimal === "," && (decimals.has(",") || either.has(","));
  say("info", "decimal commas read as decimal points", which(showsComma));
  for (const mark of [",", ".", "'", " "] as const)
    say(
      "info",
      `${quoted(mark)} read as a mark of thousands`,
      which(({ group }) => group === mark),
    );
  for (const currency of new Set(formats.flatMap(({ format }) => format.currency ?? [])))
    say(
      "info",
      `numbers read without their currency ${currency}`,
      which((format) => format.currency === currency),
    );
  say(
    "info",
    "percent signs left out of numbers (12.5 % is 12.5)",
    which(({ percent }) => percent === true),
  );
  say(
    "info",
    "numbers in brackets, or with a minus behind them, read as negative",
    which((_, { accounting }) => accounting),
  );
  const warn = (text: string): void => void notes.push({ level: "warning", about: "numbers", text });
  for (const [j, decision] of decisions.entries()) {
    const name = quoted(columns[j]!.name);
    if (decision?.kind === "decimal-point") {
      const thousands = decision.example.replace(".", "");
      warn(
        `${quoted(decision.example)} is read with a decimal point, not as ${thousands}, in the column ${name}`,
      );
    } else if (decision?.kind === "text") warn(`the column ${name} stays text: ${decision.why}`);
    else if (decision?.kind === "format") {
      const { texts, numbers, text } = evidences[j]!;
      if (decision.unsure !== undefined) {
        const thousands = decision.unsure.replaceAll(".", "");
        warn(
          `${quoted(decision.unsure)} is read as ${thousands}, as there are decimal commas in the file, in the column ${name}`,
        );
      }
      if (!isOfNumbers(evidences[j]!))
        warn(
          `the column ${name} stays text: ${numbers} of ${numbers + texts} values are numbers, but not ${quoted(text)}`,
        );
    }
  }
  return notes;
}
