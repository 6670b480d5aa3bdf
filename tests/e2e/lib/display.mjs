/** A virtual display and a session bus of our own, so that nothing shows up on, or depends on, the real ones. */
import { spawnSync } from "node:child_process";

/**
 * Whether this process already runs on its own display. If not, runs the same
 * command again on one, and leaves its exit code as ours.
 */
export function onOwnDisplay() {
  if (process.env.KINDRED_E2E_DISPLAY) return true;
  const screen = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24"];
  const command = ["--", ...screen, process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, KINDRED_E2E_DISPLAY: "own" };
  const { status, error } = spawnSync("dbus-run-session", command, { env, stdio: "inherit" });
  if (error) console.error(`The virtual display could not be started: ${error.message}`);
  process.exitCode = status ?? 1;
  return false;
}
