import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

/** Packages of many small files, and our own; the others load faster than they are bundled, or need their own place. */
const bundled =
  /^(minimand|@minimand\/\w+|linkedom|pako|htmlparser2|dom\w+|css-\w+|entities|@observablehq\/\w+|d3(-\w+)?)(\/|$)/;

/** Where the sources of our packages begin. */
const sources = Object.fromEntries(
  ["minimand", "lab/online", "compare", "native", "papers", "data"].map((module) => {
    const [folder, ...wing] = module.split("/");
    const file = resolve("packages", folder, "src", ...wing, "index.ts");
    return [folder === "minimand" ? folder : `@minimand/${module}`, pathToFileURL(file).href];
  }),
);

/** The packages that a user's module shares with the command, and the source of each of their entries by its path in the bundle. */
const sharedPackages = ["minimand", "@minimand/lab", "@minimand/compare", "@minimand/native"];
const shared = Object.fromEntries(
  sharedPackages.flatMap((name) => {
    const folder = resolve("packages", name.replace("@minimand/", ""));
    const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return Object.keys(exports).map((path) => [
      join("node_modules", name, path === "." ? "index" : path),
      join(folder, exports[path]["minimand-source"]),
    ]);
  }),
);

/**
 * Bundles the command once for all tests of the system tier, which start it hundreds of times: loading 1,400 modules takes most of the time of a
 * command that is refused. The bundle is written where the command's dependencies are found, and removed when the process ends.
 */
export async function setup(): Promise<void> {
  const source = resolve("packages/cli/src");
  const folder = mkdtempSync(resolve("packages/cli/node_modules/bundled-"));
  const entries = ["main.ts", "{.,*}/*-child.fixture.ts", "{,commands/}*/*-worker.ts"].flatMap((file) =>
    globSync(join(source, file)),
  );
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const bundle = await rolldown({
    input: {
      ...Object.fromEntries(
        entries.map((file) => [relative(source, file).replace(/(\.fixture)?\.ts$/, ""), file]),
      ),
      ...shared,
    },
    platform: "node",
    resolve: { conditionNames: ["minimand-source", "node", "import"] },
    external: (id) => !/^[./]/.test(id) && !bundled.test(id),
    plugins: [
      {
        name: "places of sources",
        // Data, versions, models and what is hashed are found from where a module was written; workers and shared packages, from where it is now.
        transform: (code, id) =>
          /\/node_modules\/|\/run\/pool\.ts$|\/own\/own-modules\.ts$/.test(id)
            ? null
            : code
                .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
                .replaceAll(
                  "import.meta.resolve(",
                  `((name) => (${JSON.stringify(sources)})[name] ?? import.meta.resolve(name))(`,
                ),
      },
    ],
  });
  await bundle.write({ dir: folder, chunkFileNames: "chunks/[name]-[hash].js" });
  for (const name of sharedPackages)
    writeFileSync(
      join(folder, "node_modules", name, "package.json"),
      JSON.stringify({ type: "module", exports: { ".": "./index.js", "./*": "./*.js" } }),
    );
  process.env.MINIMAND_TEST_BUNDLE = folder;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  // As bin/command.js does.
  writeFileSync(
    join(folder, "minimand.js"),
    'process.env.ORT_DISABLE_TELEMETRY = "1";\nawait import("./main.js");\n',
  );
}
