/**
 * Calls a loop over vectors so that it stays a function of its own.
 *
 * V8's middle compiler (Maglev) takes functions that are called into the code of their caller, where a loop stays several times slower
 * until the caller itself is compiled anew; of a generator, or of what is called once per iteration, that is hundreds of iterations later.
 * It doesn't take in what is called by `Reflect.apply`, and the loop is compiled for itself, at once.
 */
export function apart<A extends unknown[], R>(loop: (...args: A) => R, ...args: A): R {
  return Reflect.apply(loop, undefined, args);
}
