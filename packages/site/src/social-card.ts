import { join } from "node:path";
import sharp from "sharp";
import { readRepository } from "./pages/repository.ts";

/** The picture that others show next to a link to a page: its name in a built site, and its side in pixels. */
export const card = { file: "card.png", side: 600 };

/** Writes it: the mark on the ground of the site. Words are those of the page, which nobody needs a font for. */
export async function writeCard(folder: string): Promise<void> {
  const mark = Buffer.from(readRepository("packages/site/src/theme/mark.svg"));
  const inner = Math.round(0.7 * card.side);
  const edge = (card.side - inner) / 2;
  const background = "#ffffff";
  await sharp(mark, { density: (72 * inner) / 32 })
    .resize(inner, inner)
    .extend({ top: edge, bottom: edge, left: edge, right: edge, background })
    .flatten({ background })
    .png({ palette: true })
    .toFile(join(folder, card.file));
}
