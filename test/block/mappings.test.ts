import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { devicesAbove, overlap, underlyingDevices } from '../../src/device/device-tree.js';
import { mangleName, requireMappingName, unmangleName } from '../../src/device/dm-names.js';
import { findFileSystem } from '../../src/device/file-system.js';
import { bestPath, deviceIdentity } from '../../src/device/identity.js';
import { kernelLogMark, kernelLogSince } from '../../src/device/kernel-log.js';
import { OperationError } from '../../src/errors.js';
import { attachLoop, detachLoop, useTempFolder } from '../device/helpers.js';

const SECTORS = 32768;
// No udev daemon makes the nodes below /dev/mapper in a guest; told so, dmsetup does.
const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, DM_DISABLE_UDEV: '1' };

const temp = useTempFolder();
const attached: string[] = [];
const created: string[] = [];
let images = 0;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { env, stdio: 'pipe', encoding: 'utf8' }).trim();
}

/** Creates a mapping, by the name that people give it, and returns its device number. */
function map(name: string, table: string, ...flags: string[]): string {
  run('dmsetup', 'create', name, ...flags, '--table', table);
  created.unshift(name);
  return run('dmsetup', 'info', '--columns', '--noheadings', '--separator', ':', '-o', 'major,minor', name);
}

function loop(): { path: string; number: string } {
  const image = temp(`image${String(images++)}`);
  writeFileSync(image, '');
  truncateSync(image, SECTORS * 512);
  const path = attachLoop(image);
  attached.push(path);
  return { path, number: path.replace('/dev/loop', '7:') };
}

afterEach(() => {
  for (const name of created.splice(0)) run('dmsetup', 'remove', name);
  for (const path of attached.splice(0)) detachLoop(path);
});

// Needs a kernel with device-mapper, as the guests have.
describe('a mapping', () => {
  it('that cannot be read is not taken for one with nothing on it', async () => {
    const { path } = loop();
    run('mkfs.ext4', '-q', path);
    const half = String(SECTORS / 2);
    map('bad', `0 ${String(SECTORS)} error`);
    map('bad-end', `0 ${half} linear ${path} 0\n${half} ${half} error`);
    for (const name of ['bad', 'bad-end']) {
      const failure = await findFileSystem(`/dev/mapper/${name}`).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OperationError);
      expect(failure).toMatchObject({ code: 'io-error' });
    }
  });

  it('is seen above what it is built on', () => {
    const below = loop();
    const number = map('lower', `0 ${String(SECTORS)} linear ${below.path} 0`, '--uuid', 'TEST-lower');
    const upper = map('upper', `0 ${String(SECTORS)} linear /dev/mapper/lower 0`);
    expect(underlyingDevices(upper)).toEqual([number, below.number]);
    expect(devicesAbove(below.number)).toEqual([number, upper]);
    const [lowerName, upperName] = [number, upper].map((each) => `dm-${each.split(':')[1] ?? ''}`);
    expect(overlap(below.number, upper)).toBe(
      `${upperName ?? ''} (upper) is built on ${lowerName ?? ''} (lower), ` +
        `which is built on ${below.path.replace('/dev/', '')}, says sysfs.`,
    );
    expect(deviceIdentity(number)?.ids).toEqual(['dm-uuid:TEST-lower']);
    expect(deviceIdentity(upper)?.ids).toEqual([]);
  });

  it.each(['plain', 'my data', 'grün', 'a\\b', 'a*b?', "it's", '#+-.:=@_'])(
    'is named %j as dmsetup does it',
    (name) => {
      const number = map(name, '0 8 error');
      const kernelName = readFileSync(`/sys/dev/block/${number}/dm/name`, 'utf8').trimEnd();
      expect(mangleName(name)).toBe(kernelName);
      expect(requireMappingName(name)).toBe(kernelName);
      expect(unmangleName(kernelName)).toBe(name);
      expect(bestPath(number)).toBe(`/dev/mapper/${kernelName}`);
      expect(existsSync(`/dev/mapper/${kernelName}`)).toBe(true);
    },
  );

  it('has a name and a uuid as long as the kernel takes them', () => {
    const number = map('n'.repeat(127), '0 8 error', '--uuid', 'u'.repeat(128));
    expect(deviceIdentity(number)?.ids).toEqual([`dm-uuid:${'u'.repeat(128)}`]);
    expect(() => map('n'.repeat(128), '0 8 error')).toThrow(/too long/);
  });

  it('that the kernel refuses is explained in its log', () => {
    const mark = kernelLogMark();
    expect(() => map('refused', '0 8 linear /dev/nowhere 0')).toThrow();
    expect(kernelLogSince(mark).join('\n')).toContain('device-mapper: table: ');
  });
});
