/** A browser that has nothing to do with the app, to open what the app wrote. */
import { existsSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { startSession } from "./webdriver.mjs";

/** Opens a file in WebKit's own small browser. */
export async function browse(path, environment) {
  const binary = readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`).find((path) => existsSync(path));
  const session = await startSession({ binary, args: ["--automation"], env: environment });
  await session.goTo(pathToFileURL(path).href);
  return session;
}
