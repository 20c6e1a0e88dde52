import { nameInList } from "../../name-list.ts";
import { defaultSettings, networkSettings } from "../../plan/settings.ts";
import { optionOf } from "../../run/prepare/option-of.ts";
import { quotedWord } from "../../shell-words.ts";
import type { Asked } from "./asked.ts";

/** Returns the arguments with which the command does what a page is asked for: all that differs from the command's defaults. */
export function argumentsOf({ files, test, unlabeled, options }: Asked): string[] {
  const { target, flipRate, budget, ...others } = options;
  const usual = { ...defaultSettings, ...networkSettings(options), keep: "auto", quantize: [] };
  const given = Object.entries(others).flatMap(([name, value]) => optionWords(name, value, usual));
  return [
    "compare",
    ...files.map(({ name }) => name),
    ...(target === undefined || options.task === "preference" ? [] : ["--target", target]),
    ...given,
    ...(test === undefined ? [] : ["--test", test.name]),
    ...(unlabeled === undefined ? [] : ["--unlabeled", unlabeled.name]),
    ...(flipRate === undefined || flipRate === "auto" ? [] : ["--flip-rate", String(flipRate.epsilon)]),
    ...(budget === undefined ? [] : ["--budget", `${budget / 1000}s`]),
  ];
}

/** Returns the same as a line for a shell. */
export function commandOf(asked: Asked): string {
  return ["npx", "minimand", ...argumentsOf(asked)].map(quotedWord).join(" ");
}

function optionWords(name: string, value: unknown, usual: Readonly<Record<string, unknown>>): string[] {
  const option = optionOf(name);
  if (value === undefined || value === null || value === false) return [];
  if (JSON.stringify(value) === JSON.stringify(usual[name])) return [];
  if (value === true) return [option];
  if (Array.isArray(value)) {
    if (value.length > 0) return [option, value.map((one) => nameInList(String(one))).join(",")];
    return name === "references" ? [option, "none"] : [];
  }
  if (typeof value !== "object") return [option, String(value)];
  // Kinds, and values that stand for missing ones, by column.
  const pairs = Object.entries(value).flatMap(([column, own]) =>
    [own].flat().map((one) => `${nameInList(column)}=${nameInList(String(one))}`),
  );
  return pairs.length === 0 ? [] : [option, pairs.join(",")];
}
