import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OperationError } from '../../src/errors.js';
import {
  findPairOfCache,
  findPairsOfOrigin,
  newMappingUuid,
  readPairs,
  writePair,
  type Pair,
} from '../../src/procedure/pairs.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wcache-pairs-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

function pair(cacheId: string, originId: string, more: Partial<Pair> = {}): Pair {
  const device = (id: string) => ({ ids: [id], path: '/dev/sdx', size_bytes: '4096', model: null });
  return {
    format: 1,
    uuid: newMappingUuid(),
    name: 'wc',
    created: '2026-11-22T10:00:00.000Z',
    mode: 's',
    block_size: 4096,
    start_sector: '0',
    origin: device(originId),
    cache: device(cacheId),
    ...more,
  };
}

describe('the record of a pair', () => {
  it('is found again by the cache and by the origin', () => {
    const path = join(folder(), 'not/there/yet');
    const kept = pair('wwid:c1', 'wwid:o1');
    writePair(kept, path);
    const { pairs, unreadable } = readPairs(path);
    expect({ pairs, unreadable }).toEqual({ pairs: [kept], unreadable: [] });
    expect(findPairOfCache(pairs, { ids: ['wwid:c1'] }, 0n)).toEqual(kept);
    expect(findPairOfCache(pairs, { ids: ['wwid:c1'] }, 8n)).toBeUndefined();
    expect(findPairOfCache(pairs, { ids: [] }, 0n)).toBeUndefined();
    expect(findPairsOfOrigin(pairs, { ids: ['wwid:o1'] })).toEqual([kept]);
  });

  it('takes the place of an older one of the same cache, and of no other', () => {
    const path = folder();
    const other = pair('wwid:c2', 'wwid:o2');
    for (const each of [pair('wwid:c1', 'wwid:o1'), other]) writePair(each, path);
    const newer = pair('wwid:c1', 'wwid:o3');
    writePair(newer, path);
    expect(
      readPairs(path)
        .pairs.map(({ uuid }) => uuid)
        .sort(),
    ).toEqual([newer.uuid, other.uuid].sort());
    expect(readdirSync(path).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it.each(['', '{', '[]', '{"format": 2}', 'null'])(
    'is passed over and named where it is not to be read: %s',
    (text) => {
      const path = folder();
      writeFileSync(join(path, 'broken.json'), text);
      expect(readPairs(path)).toEqual({ pairs: [], unreadable: [join(path, 'broken.json')] });
    },
  );

  it('says so where it cannot be kept', () => {
    const path = folder();
    mkdirSync(join(path, 'sub'));
    writeFileSync(join(path, 'sub', 'file'), '');
    expect(() => {
      writePair(pair('a:1', 'b:1'), join(path, 'sub', 'file'));
    }).toThrow(OperationError);
  });
});
