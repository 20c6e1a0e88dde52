import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Packed, pack, temporary } from "./as-user/project.ts";
import { checkPackages } from "./check-packages.ts";

/*
 * Builds, packs and checks all packages, and prints what is published: `npm run release -- --dry-run` ends there,
 * `npm run release` goes on to publish them in the order of their dependencies.
 */
const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } });
if (!values["dry-run"]) checkReady();
execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
const packed = pack(temporary("packed"));
await checkPackages(packed);
for (const { manifest, files, size } of packed)
  console.log(
    `${manifest.name}@${manifest.version}: ${files.length} files, ${(size / 1e6).toFixed(2)} MB packed`,
  );
if (values["dry-run"]) console.log("nothing was published: --dry-run");
else for (const one of packed) publish(one);

/** Refuses a release of changes that are not committed, or that the change log does not name. */
function checkReady(): void {
  const changes = execFileSync("git", ["status", "--porcelain"], { encoding: "utf8" });
  if (changes !== "") throw new Error(`expected a clean working tree, got\n${changes}`);
  const { version } = JSON.parse(readFileSync("packages/minimand/package.json", "utf8")) as {
    version: string;
  };
  if (!readFileSync("CHANGELOG.md", "utf8").includes(`\n## [${version}]`))
    throw new Error(`CHANGELOG.md: expected a section [${version}], got none`);
}

/** Publishes a package, unless the registry has this version: a release that was cut off goes on where it stopped. */
function publish({ manifest, tarball }: Packed): void {
  const name = `${manifest.name}@${manifest.version}`;
  const known = spawnSync("npm", ["view", name, "version"], { encoding: "utf8" }).stdout.trim() !== "";
  if (known) console.log(`${name} is published already`);
  else execFileSync("npm", ["publish", tarball, "--access", "public"], { stdio: "inherit" });
}
