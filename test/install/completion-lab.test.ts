import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BIN } from '../cli/wcache.js';
import { shellLine } from '../../src/exec.js';
import { boot, type Guest } from '../lab/index.js';
import { closeTerminal, ShellOnTerminal, type RunTmux, type ShellName } from './terminal.js';
import { openFolder } from './users.js';

/** Where the stand-in for wcache in the guest writes what it was given. */
const GIVEN = '/tmp/given';

/** What is done in the guest before: the stand-in, the scripts where each shell looks, a link such as udev makes. */
function setUp(home: string): string {
  return [
    'set -e',
    `mkdir -p ${home}/bin ${home}/.config/fish/completions ${home}/.zsh /dev/disk/by-id`,
    `printf '#!/bin/sh\\nprintf "%%s\\\\n" "$@" > ${GIVEN}\\n' > ${home}/bin/wcache`,
    `chmod 755 ${home}/bin/wcache`,
    `node ${BIN} completion bash > ${home}/wcache.bash`,
    `node ${BIN} completion zsh > ${home}/.zsh/_wcache`,
    `node ${BIN} completion fish > ${home}/.config/fish/completions/wcache.fish`,
    `printf 'fpath=(~/.zsh $fpath)\\nautoload -Uz compinit && compinit -u\\n' > ${home}/.zshrc`,
    `chmod -R go+rX ${home}; touch ${GIVEN}; chmod 666 ${GIVEN}`,
    'ln -sf "$(readlink -f "$ORIGIN")" /dev/disk/by-id/disk-with-a-serial:1',
  ].join('\n');
}

function mappings({ disks: [origin = '', cache = '', otherOrigin = '', otherCache = ''] }: Guest): string {
  return [
    `dmsetup create 'fast data' --table '0 65536 writecache s ${origin} ${cache} 4096 0'`,
    `dmsetup create 'plain' --table '0 65536 writecache s ${otherOrigin} ${otherCache} 4096 0'`,
    "dmsetup create 'fast no cache' --table '0 8 zero'",
  ].join(' && ');
}

it('completes real writecaches and real disks, on a real kernel, for root and for others', async () => {
  const folder = openFolder();
  const disks = ['origin', 'cache', 'origin-2', 'cache-2'].map((name) => {
    const path = join(folder, name);
    writeFileSync(path, '');
    truncateSync(path, 32 << 20);
    return { path };
  });
  await using guest = await boot({ kernel: 'uml-6.1', memoryMiB: 1024, disks, label: 'completion' });
  const run = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { status, stdout, stderr } = await guest.run(line, { env, timeoutMs: 60_000 });
    if (status !== 0) throw new Error(`${line} ended with ${String(status)}: ${stdout}${stderr}`);
    return stdout;
  };
  const [origin = ''] = guest.disks;
  await run(mappings(guest));
  await run(setUp('/tmp/home'), { ORIGIN: origin });
  const given = async (): Promise<string[]> => (await run(`cat ${GIVEN}`)).slice(0, -1).split('\n');
  for (const shell of ['bash', 'zsh', 'fish'] satisfies readonly ShellName[]) {
    for (const before of [[], ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']]) {
      const socket = `/tmp/tmux-${shell}-${String(before.length)}`;
      const tmux: RunTmux = (words) => run(shellLine(['tmux', '-S', socket, '-f', '/dev/null', ...words]));
      const terminal = await ShellOnTerminal.open(tmux, {
        shell,
        home: '/tmp/home',
        path: ['/tmp/home/bin', '/usr/sbin'],
        before,
        rcFile: '/tmp/home/wcache.bash',
      });
      await terminal.runCompleted('wcache flush fast');
      expect({ shell, before, given: await given() }).toEqual({
        shell,
        before,
        given: ['flush', 'fast data'],
      });
      await terminal.runCompleted('wcache status /dev/mapper/fast');
      expect(await given()).toEqual(['status', '/dev/mapper/fast\\x20data']);
      await terminal.runCompleted('wcache check /dev/disk/by-id/disk');
      expect(await given()).toEqual(['check', '/dev/disk/by-id/disk-with-a-serial:1']);
      const shown = await terminal.listed('wcache create x --origin /dev/ubd', /ubdd/);
      for (const disk of guest.disks) expect(shown).toContain(disk.replace(/.*\//, ''));
      expect(await terminal.listed('wcache create x --cache=/dev/mapper/', /plain/)).toContain('no');
      // The others put in what all of them begin with, and list at the next Tab.
      if (shell === 'fish') {
        expect(await terminal.listed('wcache create x --origin ', /plain/)).not.toMatch(/loop|dm-/);
      }
      await closeTerminal(tmux);
    }
  }
});
