/*
 * What a program needs to say what is wrong: the kinds of errors, and words of messages. An entry of its own, since all else takes a
 * second to load.
 */

export { DataError, listed } from "./data-error.ts";
export { plural } from "./plural.ts";
export { Interrupted } from "./run/interrupted.ts";
export { isArgumentError, UsageError } from "./usage-error.ts";
