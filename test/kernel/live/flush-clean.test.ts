import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPrinted } from '../../schemas/printed.js';
import { answered, Bench } from './bench.js';
import { Ledger } from './ledger.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** Nothing is written back before it has to be. */
const LAZY = ['high_watermark', '100', 'low_watermark', '100'];

describe('flush', () => {
  it('writes everything back, and tells how much that was', async () => {
    await bench.cache('easy', { options: LAZY });
    await bench.sh('fill /dev/mapper/easy a 0 200; fill /dev/mapper/easy b 100 20');
    const dryRun = await bench.wcache('flush', 'easy', '--dry-run');
    expect(dryRun.document).toMatchObject({ done: false, changed: false, dirty_blocks_before: 200 });
    const { document, stderr, status } = await bench.wcache('flush', 'easy');
    expect(document).toMatchObject({
      name: 'easy',
      action: 'flush',
      done: true,
      changed: true,
      dirty_blocks_before: 200,
      dirty_blocks_after: 0,
      total_blocks: 254,
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    await bench.sh('status_is easy "0 254 254 0 *"; same /dev/mapper/easy-o /dev/mapper/easy');
    expect(await bench.sh('wcache flush easy')).toMatch(/^easy is written back \(0 blocks in /);
  });

  it('is refused while the cache is suspended', async () => {
    await bench.sh('dmsetup suspend easy');
    expect(await bench.wcache('flush', 'easy')).toMatchObject({ status: 1, code: 'suspended' });
    expect(await bench.wcache('clean', 'easy')).toMatchObject({ status: 1, code: 'suspended' });
    await bench.sh('dmsetup resume easy');
  });

  it('gives up waiting at a signal, while the kernel goes on and nothing is lost', async () => {
    await bench.cache('slow', { options: LAZY });
    // Three at once, each of which waits for the kernel, which waits for the origin.
    const told = await bench.sh(`
      fill /dev/mapper/slow a 0 100
      hold slow-o
      cd /run
      for signal in INT TERM HUP; do
        exec_wcache flush slow --json >$signal.out 2>&1 & eval "pid_$signal=$!"
      done
      until_so under_way message 3
      until_so status_is slow "0 254 154 100 *"
      begun=$(cut -d' ' -f1 /proc/uptime)
      for signal in INT TERM HUP; do
        eval "kill -$signal \\$pid_$signal"
        status=0
        eval "wait \\$pid_$signal" || status=$?
        echo $signal $status $(cat $signal.out)
      done
      echo $begun $(cut -d' ' -f1 /proc/uptime)
      status_is slow "0 254 154 100 *"
      under_way message 3`);
    const lines = told.split('\n');
    for (const [index, signal] of ['INT', 'TERM', 'HUP'].entries()) {
      const [name, status, ...rest] = (lines[index] ?? '').split(' ');
      expect([name, status]).toEqual([signal, '130']);
      const ran = { status: 130, stdout: rest.join(' '), stderr: '' };
      checkPrinted(['flush', '--json'], ran);
      expect(answered(ran)).toMatchObject({ code: 'interrupted' });
    }
    const [begun = 0, ended = 99] = (lines[3] ?? '').split(' ').map(Number);
    expect(ended - begun).toBeLessThan(5);
    // While the kernel is at it, a swap would hold all I/O until it has finished.
    expect(await bench.wcache('set', 'slow', 'max-age=1h')).toMatchObject({ status: 5, code: 'locked' });
    await bench.sh(`
      status_is slow "0 254 154 100 *"
      dmsetup resume slow-o
      until_so under_way message 0
      status_is slow "0 254 254 0 *"`);
    const again = await bench.wcache('flush', 'slow');
    expect(again).toMatchObject({ status: 0, document: { dirty_blocks_before: 0 } });
    expect(await bench.wcache('set', 'slow', 'max-age=1h')).toMatchObject({ status: 0 });
    await bench.sh('same /dev/mapper/slow-o /dev/mapper/slow; has /dev/mapper/slow-o 409600 a');
  });

  it('shows how far it is on a terminal, and takes that away', async () => {
    await bench.cache('shown', { options: LAZY });
    await bench.sh(`
      fill /dev/mapper/shown a 0 50
      hold shown-o
      cat >/run/typed.sh <<'END'
      stty cols 60
      export TERM=xterm
      . /run/live/words
      own_wcache flush shown
      own_wcache clean shown 2>/run/terminal.err
END
      script -qfec 'sh /run/typed.sh' /dev/null </dev/null >/run/terminal.out &
      until_so grep -q 'blocks dirty' /run/terminal.out
      dmsetup resume shown-o
      wait $!`);
    const [, ...repaints] = (await bench.sh('echo begin; cat /run/terminal.out')).split('\r\u001b[K');
    expect(repaints[0]).toMatch(/^shown: 50 blocks dirty, 0% written$/);
    // The last one only takes it away. What follows has stderr in a file, and nothing of it, though stdout is a terminal.
    expect(repaints.at(-1)).toMatch(/^shown is written back \(50 blocks in [^)]*\)\.\r\nshown is clean: /);
    expect(await bench.sh('cat /run/terminal.err')).toBe('');
  });

  it('ends with an error when the origin fails in the middle', async () => {
    const broken = await bench.cache('broken', { options: LAZY });
    await bench.sh('fill /dev/mapper/broken a 0 40; fill /dev/mapper/broken b 600 40');
    const { disk, start, sectors } = broken.origin;
    const half = String(sectors / 2);
    await bench.become(
      broken,
      'origin',
      `0 ${half} linear ${disk} ${String(start)}`,
      `${half} ${half} flakey ${disk} ${String(start + sectors / 2)} 0 1 1 error_writes`,
    );
    const answer = await bench.wcache('flush', 'broken');
    expect(answer).toMatchObject({ status: 1, code: 'in-error' });
    expect(answer.hint).toContain('wcache recover broken');
    await bench.sh('status_is broken "1 *"');
    expect(await bench.wcache('flush', 'broken')).toMatchObject({ status: 1, code: 'in-error' });
    expect(await bench.wcache('clean', 'broken')).toMatchObject({ status: 1, code: 'in-error' });
    await bench.mend(broken, 'origin');
    await bench.wcache('recover', 'broken', '--yes');
    expect(await bench.wcache('flush', 'broken')).toMatchObject({
      status: 0,
      document: { dirty_blocks_after: 0 },
    });
    await bench.sh('same /dev/mapper/broken-o /dev/mapper/broken; has /dev/mapper/broken-o 327680 ab');
  });
});

describe('clean', () => {
  it('empties the cache and keeps it empty, until set turns the cleaner off', async () => {
    await bench.cache('kept', { options: LAZY });
    await bench.sh('fill /dev/mapper/kept a 0 100');
    const { document, stderr } = await bench.wcache('clean', 'kept');
    expect(document).toMatchObject({
      action: 'clean',
      done: true,
      dirty_blocks_before: 100,
      dirty_blocks_after: 0,
    });
    expect(stderr).toBe('');
    await bench.sh(
      'same /dev/mapper/kept-o /dev/mapper/kept; fill /dev/mapper/kept b 200 10; status_is kept "0 254 254 0 *"',
    );
    const off = await bench.wcache('set', 'kept', 'cleaner=off');
    expect(off).toMatchObject({ status: 0, document: { changed: true } });
    await bench.sh('fill /dev/mapper/kept c 300 10; status_is kept "0 254 244 0 *"');
  });

  it('gives up where overwrites let it make no headway, and the cleaner stays on', async () => {
    await bench.cache('busy', { options: LAZY });
    const ledger = await Ledger.start(bench, 'busy', 30, 'write', 1);
    // A flush would wait for the origin.
    await ledger.phase('dirty', 1);
    await bench.sh('hold busy-o');
    const answer = await bench.wcache('clean', 'busy', '--max-stall', '1s');
    expect(answer).toMatchObject({ status: 1, code: 'stalled' });
    expect(answer.message).toContain('The cleaner stays on');
    const before = await bench.sh(`
      dmsetup resume busy-o
      fill /dev/mapper/busy z 500 10
      dmsetup status busy`);
    const around = Number(before.split(' ')[12]);
    expect(around).toBeGreaterThanOrEqual(10);
    await ledger.phase('read', 1);
    expect(await bench.wcache('clean', 'busy')).toMatchObject({
      status: 0,
      document: { dirty_blocks_after: 0 },
    });
    expect(await bench.wcache('set', 'busy', 'cleaner=off')).toMatchObject({ status: 0 });
    await ledger.phase('write-again', 1);
    await bench.sh('! status_is busy "0 254 254 *"');
    for (const report of await ledger.end()) {
      expect(report).toMatchObject({ stale: 0, fell: 0, write_errors: 0, flush_errors: 0 });
    }
    expect(await bench.wcache('flush', 'busy')).toMatchObject({ status: 0 });
    expect(await ledger.compare('/dev/mapper/busy-o')).toBe('0 of 30');
  });

  it('gives up waiting at a signal, with the cleaner on', async () => {
    await bench.cache('late', { options: LAZY });
    await bench.sh('fill /dev/mapper/late a 0 20; hold late-o');
    const answer = answered(
      await bench.run(`
      exec_wcache clean late --json & pid=$!
      until_so status_is late "0 254 234 20 *"
      kill -INT $pid
      wait $pid`),
    );
    expect(answer).toMatchObject({ status: 130, code: 'interrupted' });
    expect(answer.message).toContain('the cleaner stays on');
    expect(answer.hint).toContain('wcache set late cleaner=off');
    await bench.sh(
      `dmsetup resume late-o; until_so status_is late "0 254 254 0 *"; fill /dev/mapper/late b 100 1; status_is late "0 254 254 0 *"`,
    );
  });
});
