import { decode } from "fast-png";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { pictureRows } from "./pictures.ts";
import { pngOf } from "./png.ts";

const rgb = Array.from({ length: 3 * 2 * 3 }, (_, i) => (37 * i) % 256);

describe("a picture", () => {
  it("is a PNG file of its pixels", () => {
    const { width, height, channels, depth, data } = decode(pngOf(rgb, 3));
    expect({ width, height, channels, depth }).toEqual({ width: 3, height: 2, channels: 3, depth: 8 });
    expect([...data]).toEqual(rgb);
  });
});

describe("rows of pictures", () => {
  it("have a name, and a caption below each picture, which stands inside the page", () => {
    const rows = [
      { name: "a <red> moon", width: 3, pictures: ["before", "after"].map((caption) => ({ caption, rgb })) },
    ];
    const { document } = parseHTML(`<body>${pictureRows(rows).map(({ markup }) => markup)}</body>`);
    expect(document.querySelector("h3")?.textContent).toBe("a <red> moon");
    expect([...document.querySelectorAll("figcaption")].map(({ textContent }) => textContent)).toEqual([
      "before",
      "after",
    ]);
    const source = document.querySelector("img")?.getAttribute("src") ?? "";
    expect([...decode(Buffer.from(source.replace("data:image/png;base64,", ""), "base64")).data]).toEqual(
      rgb,
    );
  });
});
