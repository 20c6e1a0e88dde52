/*
 * What a program needs to say what is wrong: the kinds of errors, and words of messages. An entry of its own, since all else takes a
 * second to load.
 */
export { Interrupted } from "./run/interrupted.ts";
export { plural } from "./run/plural.ts";
export { DataError, listed } from "./table/data-error.ts";
export { isArgumentError, UsageError } from "./usage-error.ts";
