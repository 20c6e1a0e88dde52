export { isArgumentError } from "@minimand/compare/messages";
export { isMendable, messageOf } from "../error-text.ts";
export { type GuardOptions, guardedApp } from "./guard.ts";
export { jsonFields } from "./json-fields.ts";
export { type ListenOptions, listen } from "./listen.ts";
