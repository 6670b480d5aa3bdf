/** A virtual display and a session bus of our own, so that nothing shows up on, or depends on, the real ones. */
import { spawn, spawnSync } from "node:child_process";

/**
 * Whether this process already runs on its own display. If not, runs the same
 * command again on one, and leaves its exit code as ours.
 */
export async function onOwnDisplay() {
  if (process.env.KINDRED_E2E_DISPLAY) return true;
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-ac"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  try {
    const env = { ...process.env, DISPLAY: `:${await displayNumber(server)}`, KINDRED_E2E_DISPLAY: "own" };
    const command = ["--", process.execPath, ...process.argv.slice(1)];
    const { status, error } = spawnSync("dbus-run-session", command, { env, stdio: "inherit" });
    if (error) throw error;
    process.exitCode = status ?? 1;
  } catch (error) {
    console.error(`No virtual display could be started (it takes Xvfb and dbus-run-session): ${error.message}`);
    process.exitCode = 1;
  } finally {
    server.kill();
  }
  return false;
}

/** The number that the server chose; it tells when it is ready. */
function displayNumber(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3].once("data", (number) => resolve(String(number).trim()));
  });
}
