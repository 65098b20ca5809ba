// SPDX-License-Identifier: Apache-2.0
// Parses each diagram on standard input, a JSON object of texts by name, with mermaid's own parser; prints what is wrong.
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

const read = async () => {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
};

const result = {};
for (const [name, text] of Object.entries(await read())) {
  try {
    result[name] = { type: (await mermaid.parse(text)).diagramType };
  } catch (error) {
    result[name] = { error: String(error.message ?? error) };
  }
}
process.stdout.write(JSON.stringify(result));
process.exit(0);
