import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { removalDisplay, type DisplayFlags } from '../../src/cli/removal-display.js';
import { GOOD_RUN, STEPS_OF_RUN } from '../ui/removal-run.js';
import { scratchFolder } from './wcache.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const NOTHING = { stdout: '', stderr: '', terminal: '' };

interface Streams {
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
}

/** Shows a whole removal, and returns what went where; `terminal` is what was written to stderr's descriptor itself. */
async function shown(flags: Partial<DisplayFlags>, streams: Streams = {}) {
  const written = { stdout: '', stderr: '', terminal: '' };
  const path = join(scratchFolder(), 'terminal');
  const terminal = openSync(path, 'w');
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((chunk, ...rest: unknown[]) => {
      written[name] += String(chunk);
      for (const done of rest) if (typeof done === 'function') (done as () => void)();
      return true;
    });
  }
  const isTerminal = { stdout: streams.stdoutIsTerminal === true, stderr: streams.stderrIsTerminal === true };
  const before = { stdout: process.stdout.isTTY, stderr: process.stderr.isTTY, fd: process.stderr.fd };
  process.stderr.fd = terminal as 2;
  process.stdout.isTTY = isTerminal.stdout;
  process.stderr.isTTY = isTerminal.stderr;
  try {
    const display = await removalDisplay(
      { quiet: false, json: false, events: false, ...flags },
      { steps: STEPS_OF_RUN, blockSize: 4096 },
    );
    for (const [, event] of GOOD_RUN) display.show(event);
    display.close('done');
    await display.drained();
  } finally {
    process.stdout.isTTY = before.stdout;
    process.stderr.isTTY = before.stderr;
    process.stderr.fd = before.fd;
    closeSync(terminal);
  }
  return { ...written, terminal: readFileSync(path, 'utf8') };
}

describe('what is shown of a removal', () => {
  it('is plain lines on stderr where that is no terminal', async () => {
    const { stdout, stderr } = await shown({});
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^ 1\/12 look: .*\n 2\/12 read /);
  });

  it('is nothing where only the result is wanted, and with --json', async () => {
    expect(await shown({ quiet: true })).toEqual(NOTHING);
    expect(await shown({ json: true })).toEqual(NOTHING);
    const both = { stdoutIsTerminal: true, stderrIsTerminal: true };
    expect(await shown({ json: true }, both)).toEqual(NOTHING);
  });

  it('is a line of JSON for each event on stdout where that is asked for', async () => {
    const { stdout, stderr } = await shown({ json: true, events: true });
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toContain('begin');
  });

  it('goes to a terminal past the stream, which could have to wait: as a list', async () => {
    vi.stubEnv('TERM', 'xterm');
    const { stdout, stderr, terminal } = await shown({}, { stderrIsTerminal: true });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
    expect(terminal).toContain('\u001b[J');
    expect(terminal).toContain('write back what was written meanwhile (not needed)');
    const json = await shown({ json: true }, { stderrIsTerminal: true });
    expect(json.terminal).toContain('keep the certificate');
  });

  it('is plain lines on a terminal that can do nothing else', async () => {
    vi.stubEnv('TERM', 'dumb');
    const { stderr, terminal } = await shown({}, { stderrIsTerminal: true });
    expect(stderr).toBe('');
    expect(terminal).toMatch(/^ 1\/12 look: /);
    expect(terminal).not.toContain('\u001b');
  });
});
