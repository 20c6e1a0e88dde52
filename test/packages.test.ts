import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { wings } from "./support/library.ts";

/* What the page on architecture says of packages: who may import whom, and what `minimand` itself exports. */

/** Each package with those that its code may import; tests may import more. */
const arrows: { [folder: string]: readonly string[] } = {
  minimand: [],
  lab: ["minimand"],
  native: ["minimand"],
  data: [],
  compare: ["minimand", "lab", "native"],
  papers: ["minimand", "lab", "compare"],
  cli: ["minimand", "lab", "native", "data", "compare", "papers"],
  site: ["minimand", "lab", "native", "data", "compare", "papers", "cli"],
};

const codeOf = (pattern: string): string[] =>
  globSync(pattern).filter(
    (file) => !/\.(test|fixture|checks)\.ts$|conformance\.ts$|\/node_modules\//.test(file),
  );

/** What a file imports, types included. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, name]) => name);

const partsOf = (list: string): string[] =>
  list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const namesIn = (list: string): string[] => partsOf(list).map((part) => part.replace(/^type /, ""));

const packageOf = (specifier: string): string | undefined =>
  /^(?:@minimand\/(\w+)|(minimand))(?:\/|$)/.exec(specifier)?.slice(1).find(Boolean);

describe.each(Object.entries(arrows))("the code of %s", (folder, allowed) => {
  const files = codeOf(`packages/${folder}/src/**/*.{ts,vue}`);

  it(`imports no packages but ${allowed.join(", ") || "that of the engine"}`, () => {
    expect(files.length).toBeGreaterThan(0);
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => {
          const name = packageOf(specifier);
          return name !== undefined && name !== folder && !allowed.includes(name);
        })
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("imports no other package by its files", () => {
    const own = join("packages", folder, "src");
    const wrong = files
      // Vectors look at steps on the way.
      .filter((file) => !file.includes("/golden/"))
      .flatMap((file) =>
        importsOf(file)
          .filter((specifier) => specifier.startsWith("."))
          .map((specifier) => join(dirname(file), specifier))
          .filter((target) => target.startsWith("packages/") && !target.startsWith(own))
          .map((target) => `${file}: ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it.runIf(folder !== "lab")("doesn't import what only the lab may", () => {
    expect(files.filter((file) => importsOf(file).includes("minimand/internals"))).toEqual([]);
  });
});

describe("the library in tests", () => {
  it("is all modules of the library and of the lab", () => {
    const modules = ["minimand", "lab"].flatMap((folder) => {
      const { name, exports } = JSON.parse(readFileSync(`packages/${folder}/package.json`, "utf8"));
      return Object.keys(exports).map((path) => name + path.slice(1));
    });
    // Tests import these by themselves.
    const others = [
      "minimand",
      "minimand/deprecated",
      "minimand/engine",
      "minimand/internals",
      "minimand/start",
    ];
    expect(Object.keys(wings).toSorted()).toEqual(
      modules.filter((name) => !others.includes(name)).toSorted(),
    );
  });
});

describe("what only the lab may import", () => {
  it("is imported there, each name", () => {
    const internals = readFileSync("packages/minimand/src/internals.ts", "utf8");
    const names = [...internals.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) =>
      namesIn(list),
    );
    const imports = codeOf("packages/lab/src/**/*.ts").flatMap((file) =>
      [
        ...readFileSync(file, "utf8").matchAll(/import (?:type )?\{([^}]*)\} from "minimand\/internals"/g),
      ].flatMap(([, list]) => namesIn(list)),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !imports.includes(name))).toEqual([]);
  });
});

describe("`minimand` itself", () => {
  const root = readFileSync("packages/minimand/src/index.ts", "utf8");
  const names = [...root.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list]) => partsOf(list));

  it("exports at most 300 names, each by its name", () => {
    expect(root).not.toContain("export *");
    expect(names.length).toBeGreaterThan(200);
    expect(names.length).toBeLessThanOrEqual(300);
  });

  it("exports the functions that READMEs, guides, examples and lists of candidates import from it, and no others", () => {
    const readers = globSync([
      "README.md",
      "packages/*/README.md",
      "docs/*.md",
      "examples/**/*.ts",
      "packages/compare/src/plan/*.ts",
    ]);
    const imported = new Set(
      readers.flatMap((file) =>
        [...readFileSync(file, "utf8").matchAll(/import \{([^}]*)\} from "minimand";/g)].flatMap(([, list]) =>
          partsOf(list),
        ),
      ),
    );
    const functions = names.filter((name) => !name.startsWith("type "));
    expect(functions.filter((name) => !imported.has(name))).toEqual([]);
  });
});

describe("the rooms of compare", () => {
  const source = "packages/compare/src";
  /** From the ground up: each imports from itself and those before it. The ground floor are the files that are in no room. */
  const rooms = ["", "read", "data", "plan", "train", "judge", "model", "report", "run", "browser"];
  /** What is imported from outside, which opens into all rooms. */
  const doors = ["artifacts.ts", "index.ts", "messages.ts"];
  const roomOf = (file: string): string => relative(source, dirname(file)).split("/")[0];
  const files = codeOf(`${source}/**/*.ts`);

  it("are these", () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(rooms));
  });

  it("import from those above them alone", () => {
    const back = files
      .filter((file) => !doors.includes(relative(source, file)))
      .flatMap((file) =>
        importsOf(file)
          .filter((specifier) => specifier.startsWith("."))
          .map((specifier) => join(dirname(file), specifier))
          .filter((target) => rooms.indexOf(roomOf(target)) > rooms.indexOf(roomOf(file)))
          .map((target) => `${file}: ${target}`),
      );
    expect(back).toEqual([]);
  });
});
