import { checkNumber } from "minimand/engine";
import { guardedApp, jsonFields, listen } from "./index.ts";

// A server as small as can be, for tests that need a process; prints its port.
const app = guardedApp({ maxBody: 1000, hosts: ["Shop.example"] });
app.post("/echo", async (c) => {
  const { x } = await jsonFields(c, ["x"]);
  checkNumber("x", x);
  return c.json({ x });
});
let [now, most] = [0, 0];
app.get("/wait", async (c) => {
  most = Math.max(most, ++now);
  await new Promise((resolve) => setTimeout(resolve, 5));
  now--;
  return c.json({ most });
});
console.log(await listen(app, { port: 0, close: async () => {} }));
