import { measure } from "./measure.ts";
import type { Row } from "./results.ts";

type Numbers = Record<string, number>;

/** What native.ts prints: milliseconds. */
interface Native {
  small: Numbers;
  large: Numbers;
  compile: { first: number; warm: number; known: number };
  torch: string | null;
}

/** `2.00 times as fast`. */
export const timesAsFast = (ratio: number): string => `${ratio.toFixed(2)} times as fast`;

/** Rows of the native engine's steps, or why there are none. */
export function nativeRows(): Row[] | string {
  const native = measure<Native | { missing: string }>("native.ts");
  if ("missing" in native) return native.missing;
  const { small, large, compile, torch } = native;
  const { steps, buffersBefore, buffersAfter, rssGrowthMB } = measure<Numbers>("memory.ts", "native");
  return [
    ...stepRows("Adam step 128x30-64-64-2", small, torch, { ofTorch: 0.3, asFitMakesThem: true }),
    ...stepRows("Adam step 256x784-256-10", large, torch, { ofTorch: 0.8, asFitMakesThem: false }),
    [
      "the same, native with two threads against one",
      `${timesAsFast(large.native / large.threads2)} (${large.threads2.toFixed(2)} ms)`,
      "",
      true,
    ],
    [
      "the small step compiled (trace, model, session), the first of a process",
      `${compile.first.toFixed(0)} ms`,
      "",
      true,
    ],
    ["the same, later ones", `${compile.warm.toFixed(0)} ms`, "", true],
    ["the same, back to a shape that was compiled (a step)", `${compile.known.toFixed(2)} ms`, "", true],
    [
      `live buffers more after ${steps} native steps`,
      `${buffersAfter - buffersBefore}`,
      "0",
      buffersAfter === buffersBefore,
    ],
    [
      "the same, resident memory more",
      `${rssGrowthMB.toFixed(1)} MB`,
      "flat (under 10 MB)",
      rssGrowthMB < 10,
    ],
  ];
}

/** A step of one network on the native engine beside the others. */
function stepRows(
  what: string,
  { plain, started, native, fit, torch }: Numbers,
  version: string | null,
  { ofTorch, asFitMakesThem }: { ofTorch: number; asFitMakesThem: boolean },
): Row[] {
  const ms = (value: number): string => `${value.toFixed(2)} ms`;
  const besideTorch = (own: number, most: number | null): Row[] =>
    version === null
      ? [["the same, against PyTorch eager on one thread", "left out: not installed", "", true]]
      : [
          [
            `the same, as a share of the time of ${version}, eager, one thread`,
            `${(own / torch).toFixed(2)} (${ms(torch)})`,
            most === null ? "" : `at most ${most.toFixed(2)}`,
            most === null || own / torch <= most,
          ],
        ];
  return [
    [
      `${what}, native against plain \`jit\` on wasm`,
      `${timesAsFast(plain / native)} (${ms(native)}, ${ms(plain)})`,
      "",
      true,
    ],
    [
      "the same, against `jit` as `startEngine` makes it, for the command and pages",
      `${timesAsFast(started / native)} (${ms(started)})`,
      "",
      true,
    ],
    ...besideTorch(native, asFitMakesThem ? null : ofTorch),
    [
      `${what} as \`fit\` makes them natively (small ones in blocks), against that \`jit\``,
      `${timesAsFast(started / fit)} (${ms(fit)})`,
      "",
      true,
    ],
    ...besideTorch(fit, asFitMakesThem ? ofTorch : null),
  ];
}
