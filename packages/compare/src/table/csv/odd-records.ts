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
  /** The line before was blank. */
  afterBlank: boolean;
  /** The row that was made of it (`pad`, `empty`), or the next one. */
  row: number;
  /** Whole rows before it. */
  after: number;
}

/** Another table in the file. */
export interface OtherTable {
  from: number;
  to: number;
  cells: number;
}

/** Records of one other width that stand together. */
interface Run {
  records: OddRecord[];
  cells: number;
}

/** Whether a record is a comment rather than a row, as its number of cells is wrong anyway. */
export function isComment(cells: readonly string[]): boolean {
  return /^(#|\/\/|%|--)/.test(cells[0]!);
}

/**
 * What records with other cells are: lines below the table, other tables (at least three records of another width, at the end
 * or below a blank line), and for the rest faults.
 *
 * @param whole whole rows of the table
 * @param width cells of a row
 */
export function sortOdd(
  odd: readonly OddRecord[],
  whole: number,
  width: number,
): { faults: OddRecord[]; footers: OddRecord[]; tables: OtherTable[] } {
  const faults: OddRecord[] = [];
  const footers: OddRecord[] = [];
  const tables: OtherTable[] = [];
  for (const { records, cells } of runsOf(odd)) {
    const [first, last] = [records[0]!, records.at(-1)!];
    const atEnd = last.after === whole;
    if (cells > 1 && records.length >= 3 && (atEnd || first.afterBlank))
      tables.push({ from: first.line, to: last.line, cells });
    else for (const one of records) (atEnd && isFooter(one, width) ? footers : faults).push(one);
  }
  return { faults, footers, tables };
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

function isFooter({ cells, filled, text }: OddRecord, width: number): boolean {
  return cells > 0 && kindOf(text) === "text" && (filled === 1 || (cells < width && filled <= width / 3));
}

/** What is wrong with a record. */
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
