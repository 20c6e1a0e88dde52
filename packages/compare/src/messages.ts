/*
 * What a program needs to read its arguments and to say what is wrong with them: lists of names, the kinds of errors, and words of
 * messages. An entry of its own, since all else takes a second to load.
 */
export { columnKinds } from "./dataset/column-kinds.ts";
export { nameInList, namesExpected, splitNames } from "./name-list.ts";
export { Interrupted } from "./run/interrupted.ts";
export { plural } from "./run/plural.ts";
export { DataError, listed } from "./table/data-error.ts";
export { isArgumentError, UsageError } from "./usage-error.ts";
