#!/usr/bin/env node
/** The command line: `oss2cos migrate task.json`. */
import { runCli } from '../lib/runtime/cli/main.ts';
import { processContext } from '../lib/runtime/cli/process-context.ts';

process.exitCode = await runCli(process.argv.slice(2), processContext());
