import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { declaredIn } from "./support/declared.ts";
import { library } from "./support/library.ts";

/*
 * Every export that takes an object of options of which some may be left out refuses a name that is none: from JavaScript, a mistyped
 * one would mean the default. Names are looked at before anything else, so that nothing but the options has to be given here.
 */
const source = "packages/{minimand,lab}/src";

const declarations = new Map(
  globSync(`${source}/**/*.ts`).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^(?:export )?(?:interface|type) (\w+)[\s\S]*?\n(?=\n|$)/gm)].map(
      ([declaration, name]) => [name, declaration.replaceAll(/\/\*\*[\s\S]*?\*\//g, "")] as const,
    ),
  ),
);

/** The arguments of a signature, as written. */
function argumentsIn(takes: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 1;
  const inside = takes
    .replaceAll("=>", "==")
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, (text) => " ".repeat(text.length));
  for (let at = 1; at < inside.length; at++) {
    if ((inside[at] === "," && depth === 0) || at === inside.length - 1) {
      parts.push(inside.slice(from, at).trim());
      from = at + 1;
    }
    if ("([{<".includes(inside[at])) depth++;
    if (")]}>".includes(inside[at])) depth--;
  }
  return parts.filter((part) => part !== "");
}

/** Whether a type, or one that it mentions, has a name that may be left out. */
function mayLeaveOut(text: string, seen = new Set<string>()): boolean {
  if (/\w\?(:|\()/.test(text)) return true;
  const mentioned = [...text.matchAll(/\b[A-Z]\w+/g)].map(([name]) => name);
  return mentioned.some((name) => {
    if (seen.has(name) || !declarations.has(name)) return false;
    seen.add(name);
    return mayLeaveOut(declarations.get(name)!, seen);
  });
}

const isOptions = (argument: string) => /^(options\b|law\b|\{)/.test(argument);

/** What looks like options and is none, or is tested in another place. */
const leftOut: { [name: string]: string } = {
  armsOf: "a line of a log",
  tabularSimulator: "the tables of a process",
  batchNorm: "what a layer is applied with",
  readInit: "reads the options of a step's init, and says so; see unknown-options.test.ts of training",
};

const takers = new Map(
  declaredIn(source)
    .filter(({ name }) => name in library)
    .map(({ name, takes }) => [name, argumentsIn(takes)] as const)
    .filter(([, args]) => args.length > 0 && isOptions(args.at(-1)!) && mayLeaveOut(args.at(-1)!)),
);

/** What has to be given beside a wrong name: of which kind the options are. */
const kinds: { [name: string]: object } = { darts: { order: 1 } };

describe("an option that is none", () => {
  it("is looked for in all that take options, and what is left out exists", () => {
    expect(takers.size).toBeGreaterThan(250);
    expect([...Object.keys(leftOut), ...Object.keys(kinds)].filter((name) => !takers.has(name))).toEqual([]);
  });

  it.each([...takers].filter(([name]) => !Object.hasOwn(leftOut, name)))(
    "is refused by %s",
    async (name, args) => {
      const take = library[name] as (...given: unknown[]) => unknown;
      const others = args.slice(1).map(() => ({}));
      const refusal = await Promise.resolve()
        .then(() => take(...others, { ...kinds[name], nonsense: 1 }))
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(TypeError);
      expect((refusal as TypeError).message).toMatch(
        new RegExp(`^${name}: expected only the options .*, got "nonsense"$`),
      );
    },
  );
});
