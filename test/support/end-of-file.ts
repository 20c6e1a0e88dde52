/** What is undone after the tests of the file that runs: a module that files share is loaded once, and its hooks would be the first file's. */
const undone: (() => unknown)[] = [];

/** Calls a function after the tests of this file, the last one first. */
export function atEndOfFile(undo: () => unknown): void {
  undone.push(undo);
}

/** For the setup of every file. */
export async function endFile(): Promise<void> {
  for (let undo = undone.pop(); undo !== undefined; undo = undone.pop()) await undo();
}
