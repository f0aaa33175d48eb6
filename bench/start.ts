import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NO_COMPILER, type Bench } from './bench.js';
import { cost, missing, row, times, type Figure, type Row } from './figure.js';
import { writeImage } from './image.js';
import { inTurn, type Contender } from './measure.js';
import { processMs, wcache } from './processes.js';
import { withoutCertificates } from './terminal.js';
import { PretendedMachine, hasOwnMounts } from './watch-machine.js';

const BARE = 'node -e 0';

const ROWS = {
  version: row('start.version', 'wcache --version', BARE, cost(1.5)),
  help: row('start.help', 'wcache --help', BARE, cost(3)),
  inspect: row('start.inspect', 'wcache inspect, 254 blocks', BARE, cost(3.5)),
  status: row('start.status', 'wcache status, one cache', BARE, cost(3.5)),
  frame: row('start.watch', 'status --watch, first frame', BARE, cost(9)),
} as const satisfies Record<string, Row>;
type Name = keyof typeof ROWS;

/** How long wcache takes to start, in bare starts of Node. */
export async function benchStart(bench: Bench): Promise<Figure[]> {
  const image = join(bench.memoryFolder, 'small.img');
  writeImage(image, 254, 'mixed');
  const bare = (): number => processMs([process.execPath, '-e', '0']);
  const contenders: Partial<Record<Name, Contender>> = {
    version: () => processMs(wcache('--version')),
    help: () => processMs(wcache('--help')),
    inspect: () => processMs(wcache('inspect', image)),
  };
  const machine = pretend(bench);
  if (machine !== null) {
    contenders.status = () => processMs(wcache('status', 'cache-00'));
    contenders.frame = () => firstFrameMs(machine.frame);
  }
  try {
    const taken = await inTurn<Name | 'bare'>({ ...contenders, bare } as Record<Name | 'bare', Contender>, {
      runs: bench.quick ? 7 : 21,
      warmUp: true,
    });
    return (Object.keys(ROWS) as Name[]).map((name) =>
      name in contenders
        ? times(ROWS[name], taken[name], taken.bare)
        : missing(ROWS[name], bench.c === null ? NO_COMPILER : 'it takes root, for mounts of its own'),
    );
  } finally {
    machine?.end();
  }
}

/** A machine with one cache; null where there can't be one. */
function pretend({ c, memoryFolder }: Bench): { readonly frame: string; readonly end: () => void } | null {
  if (c === null || !hasOwnMounts()) return null;
  const folder = join(memoryFolder, 'machine');
  mkdirSync(folder);
  const machine = new PretendedMachine(folder, 1, c.programs.dmsetup);
  return {
    frame: c.programs.frame,
    end: () => {
      machine.end();
    },
  };
}

/** From the start of the process to the end of the first frame that shows the cache, in a terminal. */
function firstFrameMs(frame: string): number {
  const words = ['120', '40', 'cache-00', ...wcache('status', '--watch')];
  const { status, stdout, stderr } = spawnSync(frame, words, {
    encoding: 'utf8',
    env: { ...withoutCertificates(), TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
  });
  if (status !== 0) throw new Error(`status --watch: ${stderr}`);
  return Number(stdout) / 1e6;
}
