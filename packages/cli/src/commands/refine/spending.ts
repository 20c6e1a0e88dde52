// biome-ignore lint/style/noRestrictedImports: lines are appended to a file that was looked at
import { appendFile } from "node:fs/promises";
import { textLines } from "minimand/engine";
import { UsageError } from "../../failure.ts";
import { found } from "../../files/inside.ts";
import { readRegular } from "../../files/read-regular.ts";
import { checkReplaceable } from "../../files/write-whole.ts";

/** Counts pictures that cost money, over all runs in a folder. */
export interface Spending {
  /** Pictures that were asked for so far, those among them whose answer was lost. */
  readonly spent: number;
  /**
   * Counts one more before it is asked for.
   *
   * @returns takes it back: to be called where the service is known to have made none
   * @throws BudgetSpent where there are as many as allowed
   */
  ask(): Promise<() => void>;
  /** Waits until all that was counted is on the disk. */
  written(): Promise<void>;
}

/** Of more than a million pictures. */
const mostBytes = 2 ** 24;

/** As many pictures were asked for as are allowed. */
export class BudgetSpent extends UsageError {}

/**
 * Opens the account of a folder. It appends a line before each request, and one after each request that made nothing. So a run that
 * is killed in between forgets no picture that may have been made.
 *
 * @param path file of the account; made with the first request
 * @param most pictures that may be asked for in all
 * @throws RangeError where something else than such a file has the name
 */
export async function openSpending(path: string, most: number): Promise<Spending> {
  await checkReplaceable(path);
  const foreign = new RangeError(
    `${path}: expected the pictures that were asked for, got a file that minimand did not write: name another --out`,
  );
  // Lines are appended, so that a file with another name elsewhere would change.
  const there = found(path);
  if (there !== undefined && (there.nlink > 1 || there.size > mostBytes)) throw foreign;
  const lines = there === undefined ? "" : (await readRegular(path)).toString();
  // The last line of a run that was killed may be cut.
  const end = lines.lastIndexOf("\n") + 1;
  if (!/^[a-z ]{0,9}$/.test(lines.slice(end))) throw foreign;
  let spent = 0;
  for (const { text } of textLines(lines.slice(0, end))) {
    if (text !== "asked" && text !== "none made") throw foreign;
    spent += text === "asked" ? 1 : -1;
    // A file that was made to allow more.
    if (spent < 0) throw foreign;
  }
  let last: Promise<void> = Promise.resolve();
  // One after another; an error is thrown by whoever waits next.
  const note = (word: string): Promise<void> => {
    last = last.then(() => appendFile(path, `${word}\n`));
    last.catch(() => {});
    return last;
  };
  return {
    get spent() {
      return spent;
    },
    async ask() {
      if (spent >= most)
        throw new BudgetSpent(
          `--max-images: expected a number above ${spent}, the pictures that were asked for, got ${most}`,
        );
      spent += 1;
      await note("asked");
      return () => {
        spent -= 1;
        note("none made");
      };
    },
    written: () => last,
  };
}
