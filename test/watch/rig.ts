import '../../src/cli/broken-output.js';
import { execFileSync } from 'node:child_process';
import { constants, existsSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { errorText, reportError } from '../../src/cli/report-error.js';
import { watchCaches } from '../../src/cli/watch.js';
import { ModelMachine, type ScriptName, SCRIPTS } from './model-machine.js';

/**
 * `wcache status --watch` over caches that only exist in this process, on which something happens:
 *
 *     node dist/test/watch/rig.js [--caches N | --names A,B] [--script NAME] [--scale N] [--control FIFO] -- WORDS
 *
 * WORDS are those of `wcache status --watch`. Each line that comes through the FIFO makes something happen, such as `error wc1`
 * (see {@link ModelMachine.command}); the FIFO is made where it is not there.
 */
const words = process.argv.slice(2);
const border = words.indexOf('--');
const { values: own } = parseArgs({
  args: border === -1 ? words : words.slice(0, border),
  options: {
    caches: { type: 'string', default: '5' },
    names: { type: 'string' },
    script: { type: 'string', default: 'mixed' },
    scale: { type: 'string', default: '256' },
    control: { type: 'string' },
  },
});
const { values: asked, positionals: names } = parseArgs({
  args: border === -1 ? [] : words.slice(border + 1),
  allowPositionals: true,
  options: {
    interval: { type: 'string' },
    count: { type: 'string' },
    until: { type: 'string' },
    bytes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

if (!Object.hasOwn(SCRIPTS, own.script)) throw new Error(`no script is called ${own.script}`);
const machine = await ModelMachine.create({
  ...(own.names === undefined ? { caches: Number(own.caches) } : { names: own.names.split(',') }),
  script: own.script as ScriptName,
  scale: Number(own.scale),
  realTime: true,
  warmUpMs: 20_000,
});
const stop = machine.runInRealTime();
const control = own.control === undefined ? null : listen(own.control, machine);
try {
  await watchCaches({ ...asked, ...(names.length > 0 && { names }) }, () => machine);
} catch (error) {
  const reported = reportError(error, false);
  process.exitCode = reported.document.error.exit_status;
  if (asked.json) process.stdout.write(`${JSON.stringify(reported.document)}\n`);
  else process.stderr.write(errorText('wcache status', reported));
} finally {
  stop();
  control?.destroy();
}

/** Opened for both, so that it does not end when a writer does. */
function listen(path: string, on: ModelMachine): Socket {
  if (!existsSync(path)) execFileSync('mkfifo', [path]);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  createInterface({ input: socket }).on('line', (line) => {
    on.command(line).catch((error: unknown) => {
      process.stderr.write(`${line}: ${String(error)}\n`);
    });
  });
  return socket;
}
