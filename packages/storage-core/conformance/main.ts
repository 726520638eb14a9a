#!/usr/bin/env node
/** The command `caterpillar-conformance`. */
import { runCommand } from "./command-line.ts";

process.exitCode = await runCommand(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  watched: process.stderr.isTTY === true,
});
