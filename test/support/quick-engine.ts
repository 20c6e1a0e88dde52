import { readdirSync } from "node:fs";
import { reuseInstances } from "../../packages/minimand/src/start/reuse-instances.ts";

/** The engine's hash of expressions, by which it knows them again: a polynomial modulo a number, in BigInt. */
interface Hash {
  value: bigint;
  update(x: unknown): Hash;
}

const base = 873192869n;
const modulus = 3189051996290219n;

/** What a text does to a hash, all its characters at once: `value * power + sum`. */
interface Effect {
  power: bigint;
  sum: bigint;
}

let made: Promise<void> | undefined;

/**
 * Takes half the time from tests, which compile much and compute little, and changes no result: kernels are instantiated once,
 * as `startEngine` has it, and texts go into the engine's hashes at once instead of character by character.
 */
export function makeEngineQuick(): Promise<void> {
  made ??= make();
  return made;
}

async function make(): Promise<void> {
  reuseInstances();
  const { prototype } = await engineHash();
  const byCharacters = prototype.update;
  const effects = new Map<string, Effect>();
  prototype.update = function (this: Hash, x: unknown): Hash {
    if (typeof x !== "string") return byCharacters.call(this, x);
    let effect = effects.get(x);
    if (effect === undefined) {
      effect = effectOf(x);
      effects.set(x, effect);
    }
    this.value = (this.value * effect.power + effect.sum) % modulus;
    return this;
  };
}

function effectOf(text: string): Effect {
  let [power, sum] = [1n, 0n];
  const take = (x: number): void => {
    power = (power * base) % modulus;
    sum = (sum * base + BigInt(x)) % modulus;
  };
  take(text.length);
  for (let i = 0; i < text.length; i++) take(199 + text.charCodeAt(i));
  return { power, sum };
}

/** The class, which the engine's entry keeps to itself, from the module that holds it. */
export async function engineHash(): Promise<{ new (): Hash; prototype: Hash }> {
  const folder = new URL("./", import.meta.resolve("@jax-js/jax"));
  const [file] = readdirSync(folder).filter((name) => /^backend-.*\.js$/.test(name));
  const found = Object.values(await import(new URL(file, folder).href)).find(
    (each): each is { new (): Hash; prototype: Hash } =>
      (each as { name?: string } | null)?.name === "FpHash",
  );
  if (found === undefined) throw new Error(`FpHash: expected a class of this name in the engine's ${file}`);
  return found;
}
