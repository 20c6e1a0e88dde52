import { Jaxpr } from "@jax-js/jax";

/** The engine's hash of programs and kernels, by which it knows them again: a polynomial modulo a number, in BigInt. */
type Hash = Parameters<Jaxpr["hash"]>[0];
type HashClass = new () => Hash;

const base = 873192869n;
const modulus = 3189051996290219n;
/** So many texts are remembered at most. */
const most = 20_000;

/** What a text does to a hash, all its characters at once. */
interface Effect {
  power: bigint;
  sum: bigint;
}

/**
 * Puts texts into the engine's hashes at once instead of character by character. Hashes stay what they are, and an
 * engine that hashes otherwise is left alone.
 */
export function hashAtOnce(EngineHash: HashClass): void {
  const text = "a text";
  const { value } = new EngineHash();
  if (new EngineHash().update(text).value !== after(value, effectOf(text))) return;
  const { prototype } = EngineHash;
  const byCharacters = prototype.update;
  const effects = new Map<string, Effect>();
  prototype.update = function (this: Hash, x: unknown) {
    if (typeof x !== "string") return byCharacters.call(this, x as never);
    let effect = effects.get(x);
    if (effect === undefined) {
      effect = effectOf(x);
      if (effects.size === most) effects.clear();
      effects.set(x, effect);
    }
    this.value = after(this.value, effect);
    return this;
  };
}

const after = (value: bigint, { power, sum }: Effect): bigint => (value * power + sum) % modulus;

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

/** The class, which the engine keeps to itself: a program shows its hash to the values that it returns. */
export function engineHash(): HashClass | undefined {
  let found: HashClass | undefined;
  const value = {
    hash(state: Hash): void {
      found = state.constructor as HashClass;
    },
  };
  new Jaxpr([], [], [{ value } as never]).getHash();
  return found;
}
