import * as fs from "node:fs";
import { globSync, readFileSync } from "node:fs";
import * as fsPromises from "node:fs/promises";
import { pathToFileURL } from "node:url";
import * as jax from "@jax-js/jax";
import * as server from "@minimand/cli/server";
import * as compare from "@minimand/compare";
import * as native from "@minimand/native";
import * as papers from "@minimand/papers";
import * as library from "minimand";
import * as engine from "minimand/engine";
import { wings } from "./library.ts";

/** The code under one `@example` of a docstring. */
export interface Example {
  file: string;
  /** Where it starts, from 1. */
  line: number;
  code: string;
}

/** All examples in the docstrings of the packages' sources. */
export function examplesOf(sources: string): Example[] {
  return globSync(sources)
    .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    .toSorted()
    .flatMap(examplesIn);
}

function examplesIn(file: string): Example[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, i) => {
    const start = /^\s*\* @example(.*)$/.exec(line);
    if (start === null) return [];
    const body = [start[1].trim()];
    for (let j = i + 1; j < lines.length && !/^\s*\*(\/| @)/.test(lines[j]); j++)
      body.push(lines[j].replace(/^\s*\* ?/, "").trimEnd());
    return [{ file, line: i + 1, code: body.join("\n").trim() }];
  });
}

/** Where examples get what they name, the first that has it. */
const modules: { [specifier: string]: object } = {
  minimand: library,
  ...wings,
  "minimand/engine": engine,
  "@minimand/compare": compare,
  "@minimand/papers": papers,
  "@minimand/native": native,
  "@minimand/cli/server": server,
  "@jax-js/jax": { ...jax, np: jax.numpy },
  "node:fs/promises": fsPromises,
  "node:fs": fs,
};

/** Name to the file that exports it, of what a pattern finds. */
const filesOf = (pattern: RegExp): Map<string, string> =>
  new Map(
    globSync("packages/*/src/**/*.ts").flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(pattern)].map(([, name]) => [name, file] as const),
    ),
  );
const typeFiles = filesOf(/^export (?:interface|type) (\w+)/gm);
/** For examples of what isn't public. */
const functionFiles = filesOf(/^export (?:async )?function\*? (\w+)/gm);

/** What an example names: where each comes from, and what it takes for granted (rows, models and the like). */
export interface Names {
  /** Name to the module that exports it. */
  values: Map<string, string>;
  /** Name to the file that declares the type. */
  types: Map<string, string>;
  given: string[];
  /** Those of them that are parameters of a function here, and so perhaps nothing else. */
  parameters: Set<string>;
  /** Functions that nothing exports. */
  unknown: string[];
}

const keywords = new Set(
  "as async await break case const continue do else false for function if import in let new null of return throw true type typeof undefined void while".split(
    " ",
  ),
);

/** Finds out what an example names; what its own file exports comes first. */
export function namesOf({ file, code }: Example): Names {
  const exported = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm;
  const own = found(exported, readFileSync(file, "utf8"));
  const declared = found(/\b(?:const|let|function|type) (\w+|[[{][^=()]*?[\]}])/g, code);
  const inserted = (text: string): string =>
    [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => ` ${name} `).join("");
  const plain = code.replaceAll(/`[^`]*`/g, inserted).replaceAll(/"[^"]*"|\/\/.*/g, "");
  const called = found(/(?<![.\w])([A-Za-z_]\w*)\(/g, plain);
  const parameters = found(/(\([^()]*\)|\w+) =>/g, code);
  const names: Names = { values: new Map(), types: new Map(), given: [], parameters, unknown: [] };
  const used = plain.replaceAll("...", " ").replaceAll(/\b\w+\??:/g, "");
  for (const name of found(/(?<!\.)\b([A-Za-z_]\w*)\b/g, used)) {
    if (declared.has(name) || keywords.has(name)) continue;
    const specifier = Object.keys(modules).find((each) => Object.hasOwn(modules[each], name));
    const types = typeFiles.get(name);
    if (own.has(name)) names.values.set(name, file);
    else if (name in globalThis) continue;
    else if (specifier !== undefined) names.values.set(name, specifier);
    else if (types !== undefined) names.types.set(name, types);
    else if (!called.has(name)) names.given.push(name);
    else if (functionFiles.has(name)) names.values.set(name, functionFiles.get(name) as string);
    else names.unknown.push(name);
  }
  return names;
}

function found(pattern: RegExp, text: string): Set<string> {
  return new Set([...text.matchAll(pattern)].flatMap(([, names]) => names.match(/[A-Za-z_]\w*/g) ?? []));
}

/** The value of a name of {@link namesOf}. */
export async function exportOf(name: string, specifier: string): Promise<unknown> {
  const module = modules[specifier] ?? (await import(pathToFileURL(specifier).href));
  return module[name as keyof typeof module];
}
