import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "minimand-npm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What npm hands to the scripts that it runs would decide for it here. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
const shell = process.platform === "win32";
const npm = (args: string[], cwd: string) =>
  spawnSync("npm", args, {
    cwd,
    env: { ...env, npm_config_cache: join(folder, "cache") },
    shell,
    encoding: "utf8",
  });

it("npm has nothing to say of this project's settings", () => {
  const { status, stderr } = npm(["exec", "--offline", "--", "minimand", "losses", "--json"], root);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

it("an installation runs no script of a package, onnxruntime-node's least of all, which needs a network", () => {
  const dependency = join(folder, "dependency");
  const project = join(folder, "project");
  for (const path of [dependency, project]) mkdirSync(path);
  const ran = join(folder, "ran");
  const script = `node -e "require('node:fs').writeFileSync('${ran.replaceAll("\\", "/")}', '')"`;
  const describe = (path: string, more: object): void =>
    writeFileSync(join(path, "package.json"), JSON.stringify({ name: "a-name", version: "1.0.0", ...more }));
  describe(dependency, { scripts: { postinstall: script } });
  execFileSync("npm", ["pack", "--offline", "--silent", "--pack-destination", project], {
    cwd: dependency,
    env,
    shell,
  });
  describe(project, { name: "project", dependencies: { "a-name": "file:a-name-1.0.0.tgz" } });

  copyFileSync(join(root, ".npmrc"), join(project, ".npmrc"));
  const { status, stderr } = npm(["install", "--offline"], project);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(existsSync(join(project, "node_modules/a-name/package.json"))).toBe(true);
  expect(existsSync(ran)).toBe(false);
});
