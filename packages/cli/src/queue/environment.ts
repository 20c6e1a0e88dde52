import { createHash } from "node:crypto";
import type { EngineUsed, Origin } from "@minimand/compare";

/** What all processes that compute trials of a run share: other versions, engines or code could give other numbers. */
export interface Environment {
  versions: Record<string, string>;
  engine: EngineUsed;
  /** Hash of the code that computes trials. */
  code: string;
}

/** A name of the code, engine and own modules of a run, by which jobs find workers that can do them. */
export function environmentHash(
  environment: Environment,
  origins: readonly Pick<Origin, "sha256">[],
): string {
  const { versions, engine, code } = environment;
  const own = origins.map(({ sha256 }) => sha256).sort();
  return createHash("sha256")
    .update(JSON.stringify([versions, engine, code, own]))
    .digest("hex")
    .slice(0, 16);
}

/** What a worker lacks for a run of a store, in words; null where it can take part. */
export function lackingFor(
  worker: Environment & { origins: readonly Origin[] },
  { house, needs, origins }: { house: string; needs: Environment; origins: readonly Origin[] },
): string | null {
  const run = { ...needs, origins };
  // Whoever can write to the store can write anything.
  if (!isEnvironment(run) || house !== environmentHash(run, origins))
    return "expected a run that says what it needs, got nonsense";
  return lacking(worker, run);
}

/** Whether a value states versions, engine, code and own modules of a run. */
export function isEnvironment(value: { [Part in keyof Environment | "origins"]?: unknown }): boolean {
  const { versions, engine, code, origins } = value;
  return (
    typeof code === "string" &&
    hasTexts(versions, "minimand", "node") &&
    hasTexts(versions, ...Object.keys(versions as object)) &&
    hasTexts(engine, "name", "version") &&
    Number.isInteger((engine as EngineUsed).threads) &&
    Array.isArray(origins) &&
    origins.every((origin: unknown) => hasTexts(origin, "file", "sha256"))
  );
}

function hasTexts(value: unknown, ...names: string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}

/** What a worker lacks for a run, in words; null where it can take part. */
export function lacking(
  worker: Environment & { origins: readonly Origin[] },
  run: Environment & { origins: readonly Origin[] },
): string | null {
  const parts = partsOf(run);
  const own = new Map(partsOf(worker));
  const differing = parts.filter(([name, value]) => own.get(name) !== value);
  if (differing.length > 0) {
    const wanted = differing.map(([name, value]) => `${name} ${value}`).join(", ");
    const got = differing.map(([name]) => `${name} ${own.get(name) ?? "none"}`).join(", ");
    return `expected ${wanted}, got ${got}`;
  }
  if (run.code !== worker.code)
    return "expected the same code of minimand, got another under the same version";
  const brought = new Set(worker.origins.map(({ sha256 }) => sha256));
  const absent = run.origins.filter(({ sha256 }) => !brought.has(sha256));
  if (absent.length === 0) return null;
  const files = absent.map(({ file, sha256 }) => `${file} (SHA-256 ${sha256.slice(0, 12)}...)`).join(", ");
  return `expected --with ${files}, which the run brings candidates or a model from`;
}

function partsOf({ versions, engine: { name, version, threads } }: Environment): [string, string][] {
  const { minimand, node, ...others } = versions;
  return [
    ["minimand", minimand],
    ["Node", node],
    ...Object.entries(others),
    ["--engine", `${name} (${version}, ${threads === 1 ? "1 thread" : `${threads} threads`})`],
  ];
}
