import { kindOf } from "../cell-kind.ts";
import type { Fault } from "../damage.ts";

/** A record that has not the right cells. */
export interface OddRecord {
  line: number;
  /** 0 where a quote makes it unclear. */
  cells: number;
  filled: number;
  /** Of its first cell with something in it. */
  text: string;
  /** All of its cells are texts, as names are. */
  allText: boolean;
  /** What it begins with, if that is the mark of a comment. */
  comment: string | null;
  /** The line before was blank. */
  afterBlank: boolean;
  /** The row that was made of it (`pad`, `empty`), or the next one. */
  row: number;
  /** Its cells, where the row that was made of it has none (`empty`), and quotes leave no doubt. */
  parts: readonly string[];
  /** Whole rows before it. */
  after: number;
}

/** Another table in the file. */
export interface OtherTable {
  from: number;
  to: number;
  cells: number;
}

/** Records of one other width that follow one another. */
interface Run {
  records: OddRecord[];
  cells: number;
}

const mark = /^(?:#|\/\/|%)/;

/** Returns what a comment begins with, where a record begins like one. */
export function commentMark(cells: readonly string[]): string | null {
  return mark.exec(cells[0]!)?.[0] ?? null;
}

/** Whether a record is a line of dashes and the like, as tables for people have it. */
export function isRule(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== "");
  return filled.length > 0 && filled.every((cell) => /^[+:|]?[-=]{2,}(?:[+:|]+[-=]{2,})*[+:|]*$/.test(cell));
}

/**
 * Returns what records with other cells are: comments, lines below the table, other tables (at least three records of another width, below
 * a blank line or with names on top), and for the rest faults.
 *
 * @param taken how many whole rows the table has, and what some of them begin with that would be a comment elsewhere
 * @param width cells of a row
 * @param everyRecord nothing is left out, whatever it is, as each record has to be answered or refused
 */
export function sortOdd(
  odd: readonly OddRecord[],
  { whole, marks }: { whole: number; marks: ReadonlySet<string> },
  width: number,
  everyRecord: boolean,
): { faults: OddRecord[]; comments: OddRecord[]; footers: OddRecord[]; tables: OtherTable[] } {
  const faults: OddRecord[] = [];
  const comments: OddRecord[] = [];
  const footers: OddRecord[] = [];
  const tables: OtherTable[] = [];
  const isComment = ({ comment }: OddRecord): boolean => comment !== null && !marks.has(comment);
  for (const { records, cells } of runsOf(odd.filter((one) => !isComment(one)))) {
    const [first, last] = [records[0]!, records.at(-1)!];
    const atEnd = last.after === whole;
    const begins = first.afterBlank || (atEnd && first.allText);
    if (cells > 1 && records.length >= 3 && begins && !everyRecord)
      tables.push({ from: first.line, to: last.line, cells });
    else for (const one of records) (atEnd && isFooter(one, width) ? footers : faults).push(one);
  }
  for (const one of odd) if (isComment(one)) (everyRecord ? faults : comments).push(one);
  return { faults: faults.sort((a, b) => a.line - b.line), comments, footers, tables };
}

function runsOf(odd: readonly OddRecord[]): Run[] {
  const runs: Run[] = [];
  for (const one of odd) {
    const run = runs.at(-1);
    const last = run?.records.at(-1);
    // A broken quote doesn't end a table, nor does a record in ten that has the right number of cells by chance.
    const goesOn =
      run !== undefined &&
      last !== undefined &&
      (one.cells === run.cells || one.cells === 0) &&
      !one.afterBlank &&
      one.after - run.records[0]!.after <=
        (run.cells > 1 && run.records.length >= 10 ? run.records.length / 10 : 0);
    if (goesOn) run.records.push(one);
    else runs.push({ records: [one], cells: one.cells });
  }
  return runs;
}

/** How notes below a table begin. */
const note =
  /^(?:[*†‡§]|\(?\d{1,2}[.)]\s|[a-z][.)]\s|sources?\b|notes?\b|quelle|anmerkung|hinweis|legend|footnote|n\.?b\.?:)/i;

/** Whether a text reads like a note below a table. */
export function isNote(text: string): boolean {
  return note.test(text);
}

function isFooter({ cells, filled, text, allText, afterBlank }: OddRecord, width: number): boolean {
  if (cells === 0 || kindOf(text) !== "text") return false;
  return filled === 1 || (cells < width && filled <= width / 3) || (allText && (afterBlank || isNote(text)));
}

/** Returns what is wrong with a record. */
export function faultOf({ line, cells }: OddRecord, width: number, headerLine: number | null): Fault {
  if (cells === 0) {
    const expected = "expected quotes that are closed, and doubled inside of a quoted cell";
    return { line, what: "a broken quote", expected, got: "a broken quote" };
  }
  const where = headerLine === null ? "the others have" : `in the header (line ${headerLine})`;
  return {
    line,
    what: cells < width ? "too few cells" : "too many cells",
    expected: `expected ${width} fields as ${where}`,
    got: cells === 1 ? "1 field" : String(cells),
  };
}
