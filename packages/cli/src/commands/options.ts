import type { ColumnKind, Damaged } from "@minimand/compare";
import { columnKinds, nameInList, namesExpected, splitNames } from "@minimand/compare/messages";
import { type Command, InvalidArgumentError, Option } from "commander";

/** `--engine native|wasm` of a command that trains. */
export const engineOption = (): Option =>
  new Option(
    "--engine <engine>",
    "engine of the training steps: native (ONNX Runtime, faster) or wasm; default: native where it is installed",
  ).choices(["native", "wasm"]);

/** `--threads N` of a command that trains. */
export const threadsOption = (): Option =>
  new Option(
    "--threads <n>",
    "number of threads that the native engine uses in each worker, at most the machine's cores; default: 1",
  ).argParser(wholeNumber);

/** `--workers N` of a command that trains. */
export const workersOption = (): Option =>
  new Option(
    "-w, --workers <n>",
    "number of worker threads, which does not change results; with --store, 0 leaves all trials to other machines; default: one per core, fewer with --threads",
  ).argParser(wholeNumber);

/** `--store` of a command that works on a store. */
export const storeOption = (): Option =>
  new Option(
    "--store <address>",
    "database of shared runs: postgres://HOST/DATABASE (password in DATABASE_URL, PGPASSWORD or the password file); postgres: takes the address from DATABASE_URL or libpq's variables; pglite:FOLDER is a database in a folder",
  );

/** `--cache` of a command that computes for a store. */
export const cacheOption = (): Option =>
  new Option(
    "--cache <folder>",
    "folder for data of the store, in files that are named by their hashes; default: minimand/blobs in the user's cache folder",
  ).argParser(place);

/** `--damaged` of a command that reads a table. */
export const damagedOption = (choices: readonly Damaged[], standard: Damaged): Option =>
  new Option(
    "--damaged <what>",
    `treatment of rows that cannot be read; default: ${standard}. ${choices.map((choice) => damagedHelp[choice]).join(". ")}`,
  )
    .choices(choices)
    .default(standard, standard);

const damagedHelp: Record<Damaged, string> = {
  drop: "With drop, they are left out; a file is rejected if more than 10 % of its rows are such, or more than 1 % and more than 10 rows",
  pad: "With pad, short rows get missing values",
  refuse: "With refuse, the file is rejected",
  empty: "With empty, they get an empty prediction",
};

/** `--strict` of a command that reads a table. */
export const strictOption = (): Option =>
  new Option(
    "--strict",
    "reject the file instead of repairing it, leaving rows out or guessing what a value means",
  ).default(false);

/** What the help says of lists of names. */
export const commas = `Put names that contain a comma in double quotes: '"size, cm"'. May be given several times`;

/** `--types`, `--ignore`, `--damaged` and `--strict` of a command that makes a data set of a table. */
export function withDatasetOptions(command: Command): Command {
  return command
    .option(
      "--types <a=kind,...>",
      `types of columns, in place of the inferred ones: zip=categorical,age=numeric,note=text,day=date; date-dmy or date-mdy if day and month could be confused. ${commas}`,
      columnTypes,
      {},
    )
    .option("--ignore <a,b>", `columns to leave out of the inputs. ${commas}`, lists, [])
    .addOption(damagedOption(["drop", "pad", "refuse"], "drop"))
    .addOption(strictOption());
}

/** `--missing` of a command that makes a data set of a table. */
export const missingOption = (): Option =>
  new Option(
    "--missing <a=value,...>",
    `values that mean "missing", by column: insulin=0,age=-9; name a column again for a second value. Rows whose target is missing are left out. ${commas}`,
  )
    .argParser(missingValues)
    .default({});

/** `--out` of a command that writes a folder, by what it is called where none is given. */
export const outOption = (name: string): Option =>
  new Option("-o, --out <folder>", `output folder; default: ${name}`).argParser(place);

/** `--json` of a command that writes a folder. */
export const jsonOption = (file: string): Option =>
  new Option("--json", `print ${file} on stdout`).default(false);

/** Where something is written. An empty text, as of a variable that isn't set, would be the working folder. */
export function place(text: string): string {
  if (text === "") throw new InvalidArgumentError("expected a path, got ''");
  return text;
}

/** One more of an option that may be given several times. */
export function repeated(text: string, before: readonly string[]): string[] {
  return [...before, place(text)];
}

/** `--with` of a command that can use modules of the user's. */
export const withOption = (what: string): Option =>
  new Option(
    "--with <file>",
    `path of your module ${what} (.ts, .mjs, .js; docs/own-candidates.md); may be given several times`,
  )
    .argParser(repeated)
    .default([]);

/** A whole number for `--seeds`, `--folds` and the like; the range is checked where the setting is. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value))
    throw new InvalidArgumentError(`expected a whole number, got '${text}'`);
  return value;
}

/** A whole number for `--seed`, of the 32 bits that seeds of the library have. */
export function seedNumber(text: string): number {
  const value = wholeNumber(text);
  if (value < -(2 ** 31) || value >= 2 ** 32)
    throw new InvalidArgumentError(`expected a whole number from -2147483648 to 4294967295, got '${text}'`);
  return value;
}

/** `64,64`: whole numbers separated by commas. */
export function wholeNumbers(text: string): number[] {
  const parts = text.split(",");
  if (parts.some((part) => part.trim() === ""))
    throw new InvalidArgumentError(`expected whole numbers separated by commas, got '${text}'`);
  return parts.map(wholeNumber);
}

/** Any finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a number, got '${text}'`);
  return value;
}

/** `a,"b, c"`. Empty parts are refused. */
export function list(text: string): string[] {
  const parts = splitNames(text);
  if (parts === null) throw new InvalidArgumentError(`expected ${namesExpected}, got '${text}'`);
  return parts;
}

/** The same behind those of the same option before. */
export const lists = (text: string, before: readonly string[]): string[] => [...before, ...list(text)];

const units: Record<string, number> = { "": 1000, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** 24 days in milliseconds: timers take no more. */
const longest = 576 * 3_600_000;

/** `60s`, `5m`, `2h` or plain seconds, in milliseconds. */
export function timeSpan(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|)$/.exec(text.trim());
  if (match === null || Number(match[1]) <= 0)
    throw new InvalidArgumentError(`expected a time such as 60s, 5m or 2h, got '${text}'`);
  const time = Number(match[1]) * units[match[2]];
  if (!(time <= longest)) throw new InvalidArgumentError(`expected a time of at most 576h, got '${text}'`);
  return time;
}

/** `insulin=0,age=-9,age=99`: the values of each column, behind those of the same option before. */
export function missingValues(
  text: string,
  before: Readonly<Record<string, string[]>>,
): Record<string, string[]> {
  // Without a prototype: a column may have any name.
  const values: Record<string, string[]> = Object.assign(Object.create(null), before);
  for (const part of list(text)) {
    const [column, value] = assignment(part);
    if (column === "" || value === "")
      throw new InvalidArgumentError(`expected COLUMN=VALUE, got '${part}'${unassigned(part, text)}`);
    values[column] = [...(values[column] ?? []), value];
  }
  return values;
}

/** `age=numeric,zip=categorical`, behind those of the same option before; each column once. */
export function columnTypes(
  text: string,
  before: Readonly<Record<string, ColumnKind>> = {},
): Record<string, ColumnKind> {
  // Without a prototype: a column may have any name.
  const types: Record<string, ColumnKind> = Object.assign(Object.create(null), before);
  for (const part of list(text)) {
    const [column, word] = assignment(part);
    const kind = columnKinds.find((one) => one === word);
    if (column === "" || kind === undefined)
      throw new InvalidArgumentError(
        `expected COLUMN=KIND, the kind one of ${columnKinds.join(", ")}, got '${part}'${unassigned(part, text)}`,
      );
    if (column in types) throw new InvalidArgumentError(`expected each column once, got '${column}' twice`);
    types[column] = kind;
  }
  return types;
}

/** What stands before the last `=`, and behind it. */
function assignment(part: string): [string, string] {
  const at = part.lastIndexOf("=");
  return at < 0 ? ["", ""] : [part.slice(0, at), part.slice(at + 1)];
}

/** What is said of a part without `=`, which may be the beginning of a name, or the end of a value. */
function unassigned(part: string, text: string): string {
  if (part.includes("=") || !text.includes(",")) return "";
  const whole = text.split("=").length === 2 ? assignment(text).map(nameInList).join("=") : null;
  const example = whole === null ? "" : `, as in '${whole}'`;
  return `: a name or a value with a comma goes in double quotes${example}`;
}
