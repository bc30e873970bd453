// Runs a command to its end and gives its output; what fails is thrown with all that it said.
import { spawn } from "node:child_process";

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<string>} stdout
 */
export function output(command, args, cwd) {
  return new Promise((resolve, reject) => {
    // Windows starts npm.cmd and npx.cmd through a shell only, and a shell takes one line.
    const shell = process.platform === "win32" && command !== process.execPath;
    const child = shell
      ? spawn([command, ...args].join(" "), { cwd, shell })
      : spawn(command, [...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (text) => (stdout += text));
    child.stderr?.on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args.join(" ")} in ${cwd} ended with ${code}\n${stdout}${stderr}`));
    });
  });
}
