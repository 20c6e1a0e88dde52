/*
 * What a program needs to read its arguments and to say what is wrong with them: lists of names, the kinds of errors, and words of
 * messages. An entry of its own, since all else takes a second to load.
 */
export { columnKinds } from "./data/column-kinds.ts";
export { DataError, listed } from "./data-error.ts";
export { nameInList, namesExpected, splitNames } from "./name-list.ts";
export { plural } from "./plural.ts";
export { Interrupted } from "./run/interrupted.ts";
export { isArgumentError, textOfThrown, UsageError } from "./usage-error.ts";
