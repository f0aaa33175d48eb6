import { MemoryDevice } from '../../../src/device/index.js';
import { WrongDeviceError } from '../../../src/errors.js';
import { decodeSuperblock, layOut, predictLoad, SECTOR_BYTES } from '../../../src/format/index.js';
import { planFormat, runFormat } from '../../../src/procedure/format-device.js';
import { deviceBytes, type EqualityCase } from './cases.js';

/** What the kernel did with a case. */
export interface KernelFormat {
  /** The words for which it refused the table; undefined if it took it. */
  readonly refusal: string | undefined;
  /** The device afterwards. */
  readonly bytes: Buffer;
}

const BLANK_BYTES = 8;

/**
 * A medium that is full of noise, so that every byte that a format leaves alone is seen, but has the 8 zeros on which the kernel formats, and in
 * pmem mode zeros in the padding behind the entries, which the kernel does not touch there.
 */
export function noisyMedium(one: EqualityCase, mode: 'p' | 's', seed: number): Buffer {
  const bytes = Buffer.alloc(deviceBytes(one));
  let state = (seed * 2 + 1) >>> 0;
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  const start = one.startSector * SECTOR_BYTES;
  bytes.fill(0, start, start + BLANK_BYTES);
  const padding = paddingOf(one);
  if (mode === 'p' && padding !== undefined) {
    bytes.fill(0, padding.from, padding.to);
  }
  return bytes;
}

/** Between the last entry and the first data block; undefined where no cache fits. */
export function paddingOf(one: EqualityCase): { from: number; to: number } | undefined {
  const layout = layOut(BigInt(one.areaBytes), one.blockSize);
  if (!layout.ok) return undefined;
  const start = one.startSector * SECTOR_BYTES;
  return {
    from: start + Number(layout.geometry.entriesEndBytes),
    to: start + Number(layout.geometry.dataOffsetBytes),
  };
}

/** What must be there after the kernel was given a medium. */
export interface Expectation {
  /** The words with which the kernel refuses; undefined if it formats. */
  readonly refusal: string | undefined;
  /** The device afterwards. */
  readonly bytes: Buffer;
  /** Whose content the kernel never set in ssd mode: it says nothing about the format. */
  readonly unset: { readonly from: number; readonly to: number } | undefined;
}

/** Lets our own format work on the same medium. Throws where what it did is wrong whatever the kernel does. */
export async function expectation(one: EqualityCase, mode: 'p' | 's', medium: Buffer): Promise<Expectation> {
  const start = one.startSector * SECTOR_BYTES;
  const answer = predictLoad(decodeSuperblock(medium.subarray(start)), {
    mode,
    blockSize: one.blockSize,
    sizeBytes: BigInt(one.areaBytes),
  });
  const device = new MemoryDevice(Buffer.from(medium));
  const formats = await format(device, one).then(
    () => true,
    (error: unknown) => {
      if (error instanceof WrongDeviceError && error.code === 'too-small') return false;
      throw error;
    },
  );
  const bytes = Buffer.from(device.bytes);
  if (formats !== (answer.kind === 'formats')) {
    throw new Error(
      `we foretell that the kernel ${answer.kind}, and our format ${formats ? 'works' : 'refuses'}`,
    );
  }
  const padding = paddingOf(one);
  if (answer.kind === 'refuses' || padding === undefined) {
    requireUntouched(medium, bytes, 0, medium.length);
    return { refusal: answer.kind === 'refuses' ? answer.message : undefined, bytes, unset: undefined };
  }
  requireUntouched(medium, bytes, 0, start);
  requireUntouched(medium, bytes, padding.to, medium.length);
  if (bytes.subarray(padding.from, padding.to).some((byte) => byte !== 0)) {
    throw new Error('our padding is not zero');
  }
  return { refusal: undefined, bytes, unset: mode === 's' ? padding : undefined };
}

/** Where the kernel did something else; nothing if all is equal. */
export function disagreements({ refusal, bytes, unset }: Expectation, kernel: KernelFormat): string[] {
  if (kernel.refusal !== refusal) {
    return [`the kernel says ${String(kernel.refusal)}, we foretell ${String(refusal)}`];
  }
  const expected = Buffer.from(bytes);
  if (unset !== undefined) kernel.bytes.copy(expected, unset.from, unset.from, unset.to);
  if (expected.equals(kernel.bytes)) return [];
  const at = expected.findIndex((byte, index) => byte !== kernel.bytes[index]);
  const [want, have] = [expected, kernel.bytes].map((all) => all.toString('hex', at, at + 16));
  return [`byte ${String(at)} of the device: we have ${String(want)}, the kernel ${String(have)}`];
}

function requireUntouched(medium: Buffer, formatted: Buffer, from: number, to: number): void {
  if (!medium.subarray(from, to).equals(formatted.subarray(from, to))) {
    throw new Error(`our format touched bytes between ${String(from)} and ${String(to)}`);
  }
}

async function format(device: MemoryDevice, { startSector, blockSize }: EqualityCase): Promise<void> {
  await runFormat(device, planFormat(device, BigInt(startSector), blockSize));
}
