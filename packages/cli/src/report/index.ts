export { renderReport } from "./html.ts";
