import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

export interface Manifest {
  name: string;
  version: string;
  keywords?: string[];
  bin?: Record<string, string>;
  private?: boolean;
  exports: Record<string, string | Record<string, string>>;
  engines: { node: string };
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** A package of the workspace that is published, and its tarball. */
export interface Packed {
  folder: string;
  manifest: Manifest;
  tarball: string;
  files: { path: string }[];
  /** Bytes of the tarball. */
  size: number;
}

/** A folder with no checkout above it, in which packages are installed as their users have them. */
export interface Project {
  folder: string;
  /** Environment of what runs there: the command first in PATH, and Node 24 before any other. */
  env: NodeJS.ProcessEnv;
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;

/** Packs all packages that are published. */
export function pack(to: string): Packed[] {
  const { workspaces } = readJson<{ workspaces: string[] }>("package.json");
  return workspaces
    .map((folder) => ({ folder, manifest: readJson<Manifest>(join(folder, "package.json")) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => {
      const out = execFileSync("npm", ["pack", "--json", "--workspace", folder, "--pack-destination", to], {
        encoding: "utf8",
      });
      const [{ filename, files, size }] = JSON.parse(out) as [
        { filename: string; files: { path: string }[]; size: number },
      ];
      return { folder, manifest, tarball: join(to, filename), files, size };
    });
}

const made: string[] = [];
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Makes a new folder in the system's temporary one, which is removed at the end of the process. */
export function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `minimand-${name}-`));
  made.push(folder);
  return folder;
}

/**
 * Makes a project with the packages of tarballs. What they depend on is linked from the checkout's `node_modules`, so that no registry is
 * asked.
 *
 * @param optional whether their optional dependencies are there
 */
export function makeProject(
  name: string,
  packed: readonly Packed[],
  { optional }: { optional: boolean },
): Project {
  const folder = temporary(name);
  const modules = join(folder, "node_modules");
  const put = (name: string, how: (path: string) => void): void => {
    const path = join(modules, name);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) how(path);
  };
  for (const { manifest, tarball } of packed)
    put(manifest.name, (path) => {
      execFileSync("tar", ["-xzf", tarball, "-C", folder]);
      renameSync(join(folder, "package"), path);
    });
  const bin = join(modules, ".bin");
  mkdirSync(bin, { recursive: true });
  for (const { folder: own, manifest } of packed) {
    const { dependencies, peerDependencies, optionalDependencies } = manifest;
    const wanted = { ...dependencies, ...peerDependencies, ...(optional && optionalDependencies) };
    for (const other of Object.keys(wanted))
      put(other, (path) => symlinkSync(installedAt(own, other), path, "junction"));
    for (const [command, file] of Object.entries(manifest.bin ?? {}))
      symlinkSync(join(modules, manifest.name, file), join(bin, command));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const { NODE_OPTIONS: _, ...env } = process.env;
  // What npm hands to its scripts would decide for other npms.
  const inherited = Object.fromEntries(Object.entries(env).filter(([key]) => !/^npm_/i.test(key)));
  return {
    folder,
    env: {
      ...inherited,
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
      // One start compiles for the others.
      NODE_COMPILE_CACHE: join(folder, ".compiled"),
      XDG_DATA_HOME: join(folder, ".data"),
      XDG_CACHE_HOME: join(folder, ".cache"),
    },
  };
}

/** Where the checkout has a dependency of one of its packages. */
function installedAt(folder: string, name: string): string {
  const found = [join(folder, "node_modules", name), join("node_modules", name)].find((path) =>
    existsSync(path),
  );
  if (found === undefined) throw new Error(`${folder}: expected ${name} in node_modules, got none`);
  return resolve(found);
}
