import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEvidence, writeEvidence, type Evidence } from '../../src/crosscheck/index.js';
import { inFileOrder } from '../../src/crosscheck/little-endian.js';
import { Rig } from './rig.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcache-evidence-'));
  path = join(folder, 'evidence');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function someEvidence(): Promise<Evidence> {
  const rig = new Rig({ blockSize: 512, nBlocks: 8, startSector: 3 });
  for (let block = 0; block < 5; block += 1) rig.write(block * 7, 100 + block);
  rig.commit();
  return rig.evidence();
}

/** Puts a SHA-256 that fits behind what a hostile file says. */
function sealed(header: unknown, body: Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

function headerAndBody(): [Record<string, unknown>, Buffer] {
  const bytes = readFileSync(path);
  const end = bytes.indexOf(10);
  const header = JSON.parse(bytes.subarray(0, end).toString()) as Record<string, unknown>;
  return [header, bytes.subarray(end + 1, -32)];
}

describe('an evidence file', () => {
  it('gives back what was kept', async () => {
    const evidence = await someEvidence();
    writeEvidence(path, evidence);
    expect(readEvidence(path)).toEqual(evidence);
    const bare = { ...evidence, metadata: null, changed: 0 };
    writeEvidence(path, bare);
    expect(readEvidence(path)).toEqual(bare);
    const rig = new Rig();
    const empty = await rig.evidence({ level: 'metadata' });
    writeEvidence(path, empty);
    expect(readEvidence(path)).toEqual(empty);
  });

  it('is for its owner alone, and leaves nothing beside it', async () => {
    writeFileSync(path, 'older', { mode: 0o644 });
    writeFileSync(`${path}.new`, 'of a run that was killed', { mode: 0o644 });
    writeEvidence(path, await someEvidence());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('is refused at whatever length it is cut', async () => {
    writeEvidence(path, await someEvidence());
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      expect(() => readEvidence(path), String(length)).toThrow(
        expect.objectContaining({ code: 'bad-evidence', exitStatus: 4 }) as Error,
      );
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]));
    expect(() => readEvidence(path)).toThrow(expect.objectContaining({ code: 'bad-evidence' }) as Error);
  });

  it('is refused with any bit flipped', async () => {
    writeEvidence(path, await someEvidence());
    const whole = readFileSync(path);
    for (let bit = 0; bit < whole.length * 8; bit += 5) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, flipped);
      expect(() => readEvidence(path), String(bit)).toThrow(
        expect.objectContaining({ code: 'bad-evidence' }) as Error,
      );
    }
  });

  it.each([
    ['blocks', 2 ** 40],
    ['blocks', -1],
    ['blocks', 1.5],
    ['metadata_bytes', 2 ** 26 + 1],
    ['metadata_bytes', 2 ** 50],
    ['metadata_bytes', 64],
    ['superblock', 'ff'.repeat(64)],
    ['superblock', '00'.repeat(64)],
    ['format', 2],
    ['kind', 'other'],
    ['live', 3],
    ['free', 4],
    ['start_sector', '-1'],
    ['start_sector', '9'.repeat(18)],
    ['level', 'metadata'],
    ['taken', 'yesterday'],
  ])('is refused where it claims that %s is %s', async (key, value) => {
    writeEvidence(path, await someEvidence());
    const [header, body] = headerAndBody();
    writeFileSync(path, sealed({ ...header, [key]: value }, body));
    expect(() => readEvidence(path)).toThrow(expect.objectContaining({ code: 'bad-evidence' }) as Error);
  });

  it('of a huge size is refused by its first line, and is not read', async () => {
    writeEvidence(path, await someEvidence());
    const [header] = headerAndBody();
    writeFileSync(path, `${JSON.stringify({ ...header, blocks: 5 })}\n`);
    truncateSync(path, 2 ** 40);
    expect(() => readEvidence(path)).toThrow(/it has 1099511627776 bytes where it should have/);
  });

  it.each([
    ['beyond the end', [0, 1, 2, 3, 8]],
    ['not in order', [0, 2, 1, 3, 4]],
    ['twice', [0, 1, 1, 3, 4]],
    ['no numbers', [0, 1, Number.NaN, 3, 4]],
    ['broken', [0, 1, 1.5, 3, 4]],
    ['negative', [-1, 1, 2, 3, 4]],
  ])('is refused where its indexes are %s', async (_what, index) => {
    writeEvidence(path, await someEvidence());
    const [header, body] = headerAndBody();
    body.set(new Uint8Array(Float64Array.from(index).buffer));
    writeFileSync(path, sealed(header, body));
    expect(() => readEvidence(path)).toThrow(/its blocks are not in order/);
  });

  it('is refused where it is something else', () => {
    expect(() => readEvidence(path)).toThrow(expect.objectContaining({ code: 'no-such-evidence' }) as Error);
    expect(() => readEvidence(folder)).toThrow(expect.objectContaining({ code: 'bad-evidence' }) as Error);
    execFileSync('mkfifo', [path]);
    expect(() => readEvidence(path)).toThrow(expect.objectContaining({ code: 'bad-evidence' }) as Error);
    const text = join(folder, 'text');
    writeFileSync(text, 'hello\n');
    expect(() => readEvidence(text)).toThrow(expect.objectContaining({ code: 'bad-evidence' }) as Error);
  });

  it('that cannot be written leaves what was there', async () => {
    const evidence = await someEvidence();
    const failed = expect.objectContaining({ code: 'evidence-failed', exitStatus: 1 }) as Error;
    expect(() => {
      writeEvidence(join(folder, 'no', 'such'), evidence);
    }).toThrow(failed);
    mkdirSync(path);
    expect(() => {
      writeEvidence(path, evidence);
    }).toThrow(failed);
    expect(statSync(path).isDirectory()).toBe(true);
    // A rename would put the file in the place of the link, or of a device's node.
    const link = join(folder, 'link');
    symlinkSync('/dev/null', link);
    expect(() => {
      writeEvidence(link, evidence);
    }).toThrow(/no regular file/);
    chmodSync(folder, 0o700);
    expect(existsSync(`${link}.new`)).toBe(false);
  });
});

describe('the order of bytes', () => {
  it('is that of the file on either machine', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(inFileOrder(bytes, 8, true)).toBe(bytes);
    expect(inFileOrder(bytes, 1, false)).toBe(bytes);
    expect([...inFileOrder(bytes, 8, false)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect([...inFileOrder(bytes, 4, false)]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(inFileOrder(new Uint8Array(Uint32Array.of(1).buffer), 4)[0]).toBe(1);
  });
});
