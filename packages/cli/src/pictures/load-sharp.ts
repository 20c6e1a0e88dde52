import type sharp from "sharp";
import { messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";

/**
 * The decoder of pictures. Its libraries take a moment to load, so commands without pictures never do.
 *
 * @throws UsageError where it isn't installed, or has no library for this machine
 */
export async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw new UsageError(
      `pictures need the package sharp with its library for ${process.platform}-${process.arch}, got none (${messageOf(error).replace(/[:.]$/, "")}); npm install --include=optional sharp adds it`,
    );
  }
}
