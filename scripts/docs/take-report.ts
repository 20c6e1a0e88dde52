import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Measured, measuredFrom, type Report } from "./measured.ts";
import { measuredFile, measuredOf, reportFile } from "./papers.ts";

/**
 * The files that commit a report: what pages show of it, and the whole of it, compressed.
 *
 * @param slug of the paper; a run with `--full` stands beside one of the default scale
 * @param report the text of `report.json`
 * @returns contents by path
 * @throws RangeError as `measuredFrom`, and for a report of another paper
 */
export function filesOfReport(slug: string, report: string): Map<string, string | Uint8Array> {
  const parsed = JSON.parse(report) as Report & { card: { slug: string } };
  if (parsed.card.slug !== slug)
    throw new RangeError(`report: expected one of '${slug}', got '${parsed.card.slug}'`);
  const measured = measuredFrom(parsed);
  const beside = measured.scale === "full" && measuredOf(slug)?.scale === "default";
  return new Map<string, string | Uint8Array>([
    [measuredFile(slug, beside), `${JSON.stringify(measured, null, 2)}\n`],
    [reportFile(slug, beside), gzipSync(report, { level: 9 })],
  ]);
}

/** What the committed report of a paper comes to, which is its measured file. */
export function measuredOfReport(slug: string, full = false): Measured {
  return measuredFrom(JSON.parse(gunzipSync(readFileSync(reportFile(slug, full))).toString("utf8")));
}
