import { parseHTML } from "linkedom";

/**
 * Returns a document for figures to be drawn into outside a browser. It is one of SVG and not of HTML, since linkedom escapes `<` and `&`
 * in attributes only there.
 *
 * @returns an empty document
 * @example rankingFigure(report, svgDocument()).outerHTML
 */
export function svgDocument(): Document {
  const { DOMParser } = parseHTML("");
  return new DOMParser().parseFromString('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml");
}
