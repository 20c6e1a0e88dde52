import { duration, engineText, html, page } from "@minimand/compare/report";
import type { Row } from "@minimand/papers";
import type { Raster } from "../../pictures/raster.ts";
import { pngOf } from "../../report/png.ts";
import { rowTable } from "../../report/row-table.ts";
import type { DenoiseFile } from "./denoise-file.ts";
import type { Denoised } from "./denoise-picture.ts";

/** Pixels along a side of what is shown of a picture: noise is seen only where no pixel is left out. */
const shown = 384;

const names: Record<Denoised["method"], string> = {
  "as it is": "as it is",
  gaussian: "Gaussian filter of the logarithm",
  median: "median filter",
  network: "network",
};

/** The methods as rows of a table. */
export function denoiseRows({ methods, clean, level, out }: DenoiseFile): Row[] {
  if (clean === null)
    return [
      { "level used": rounded(level.used), found: rounded(level.found), given: level.given, written: out },
    ];
  return methods.map(({ method, width, psnr, ssim }) => ({
    method: names[method],
    width,
    "PSNR in dB": psnr === null ? null : Number(psnr.toFixed(2)),
    SSIM: ssim === null ? null : Number(ssim.toFixed(4)),
  }));
}

/**
 * The page of `minimand denoise`: the middle of the picture by each method, pixel by pixel, and the numbers.
 *
 * @param file what `--json` prints
 */
export function renderDenoise(file: DenoiseFile, results: readonly Denoised[], clean: Raster | null): string {
  const { picture, level, engine, seconds, created, versions } = file;
  const pictures = [
    ...results.map(({ method, psnr, picture: one }) => ({
      caption: `${names[method]}${psnr === null ? "" : `, ${psnr.toFixed(1)} dB`}`,
      one,
    })),
    ...(clean === null ? [] : [{ caption: "clean", one: clean }]),
  ];
  return page({
    title: `${picture.file} without speckle`,
    kind: "picture, denoised",
    created,
    headline: `${picture.file} without speckle`,
    lead: html`<p class="lede">Multiplicative noise of level ${level.used.toPrecision(3)} (standard deviation of its logarithm), ${levelText(level)}.</p>`,
    sections: html`<section aria-labelledby="pictures"><h2 id="pictures">Pictures</h2>
<p class="muted">The middle of the picture, at most ${shown} x ${shown} pixels; none is scaled.</p>
<div class="pictures">${pictures.map(({ caption, one }) => shownPicture(one, caption))}</div>
${rowTable("Methods", denoiseRows(file))}
</section>
<section aria-labelledby="settings"><h2 id="settings">Settings</h2>
<dl class="facts">
<div><dt>picture</dt><dd>${picture.file}, ${picture.width} x ${picture.height} pixels, ${picture.channels === 1 ? "grey" : "colour"}, ${picture.depth} bits</dd></div>
<div><dt>engine</dt><dd>${engineText(engine)}</dd></div>
<div><dt>time</dt><dd>${duration(seconds)}</dd></div>
</dl></section>`,
    footer: html`Written by minimand ${versions.minimand}.`,
  });
}

const rounded = (level: number | null): number | null => level && Number(level.toPrecision(3));

function levelText({ given, found, used }: DenoiseFile["level"]): string {
  const seen =
    found === null
      ? "none could be found in the picture"
      : `${Number(found.toPrecision(2))} was found in the picture`;
  if (given !== null)
    return given === used
      ? `as given; ${seen}`
      : `since the given level, ${given}, is outside the range that the network has learned`;
  return found === used
    ? "found in the picture"
    : `since the level found in the picture, ${Number(found!.toPrecision(2))}, is outside the range that the network has learned`;
}

function shownPicture({ width, height, channels, data }: Raster, caption: string) {
  const [w, h] = [Math.min(width, shown), Math.min(height, shown)];
  const [left, top] = [(width - w) >> 1, (height - h) >> 1];
  const rgb = new Uint8Array(w * h * 3);
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.floor(i / 3);
    const at = (top + Math.floor(pixel / w)) * width + left + (pixel % w);
    rgb[i] = Math.round(255 * data[at * channels + (channels === 1 ? 0 : i % 3)]);
  }
  const source = `data:image/png;base64,${pngOf(rgb, w).toString("base64")}`;
  return html`<figure style="flex-basis:${w}px"><img alt="${caption}" style="width:${w}px" src="${source}">
<figcaption>${caption}</figcaption></figure>
`;
}
