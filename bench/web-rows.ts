import { measure } from "./measure.ts";
import { timesAsFast } from "./native-rows.ts";
import type { Row } from "./results.ts";

/** Milliseconds of the engine as it came, as `startEngine` starts it, and of ONNX Runtime Web. */
type Times = Record<"plain" | "started" | "onnx", number>;

/** What web.ts prints. */
interface Web extends Record<"tiny" | "small" | "large", { first: Times; single: Times; fit: Times }> {
  loading: Times;
  /** Bytes, gzipped. */
  download: number;
  browser: string;
}

/** Steps in a worker of a page, or why there are none. */
export function webRows(): Row[] | string {
  const web = measure<Web | { missing: string }>("web.ts");
  if ("missing" in web) return web.missing;
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  const row = (what: string, measured: string): Row => [what, measured, "", true];
  const names = { tiny: "32x4-64-64-3", small: "128x30-64-64-2", large: "256x784-256-10" };
  const major = web.browser.split(".")[0];
  return [
    ...(["tiny", "small", "large"] as const).flatMap((network): Row[] => {
      const { single, fit, first } = web[network];
      const beside = ({ started, onnx }: Times): string =>
        `${timesAsFast(started / onnx)} (${ms(onnx)}, ${ms(started)})`;
      return [
        row(
          `Adam step ${names[network]} in a worker of a page (Chromium ${major}, the fastest of many short turns), as \`startEngine\` starts the engine, against the engine as it came`,
          `${timesAsFast(single.plain / single.started)} (${ms(single.started)}, ${ms(single.plain)})`,
        ),
        row("the same on ONNX Runtime Web, copies included, against that engine started", beside(single)),
        row("the same, steps as `fit` makes them (natively small ones in blocks)", beside(fit)),
        row(
          "its first step, which compiles: engine started, ONNX Runtime Web",
          `${ms(first.started)}, ${ms(first.onnx)}`,
        ),
      ];
    }),
    row(
      "ONNX Runtime Web itself: what a page would load, gzip, and until it is ready in a worker",
      `${(web.download / 1e6).toFixed(1)} MB, ${ms(web.loading.onnx)}`,
    ),
  ];
}
