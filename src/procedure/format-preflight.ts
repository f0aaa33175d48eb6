import { findSignatures, findUses, type OpenedDevice, type Signature, type Use } from '../device/index.js';
import { BusyError, UsageError, type WcacheError } from '../errors.js';
import { shellLine } from '../exec.js';
import { SECTOR_BYTES } from '../format/index.js';
import { SEARCHED_BYTES, findSuperblocks, inspect, type Inspection } from '../scan/index.js';
import { planFormat, planZero, type FormatPlan } from './format-device.js';

/** Flags with which the operator says that what was found may be destroyed. */
export interface FormatConsent {
  readonly discardDirty: boolean;
  readonly overwriteSignature: boolean;
}

export interface FormatRequest {
  readonly startSector: bigint;
  /** Null for a device that is only to be made blank. */
  readonly blockSize: number | null;
  readonly consent: FormatConsent;
}

/** A format that nothing speaks against. */
export interface PreparedFormat {
  readonly plan: FormatPlan;
  /** What is there now. */
  readonly before: Inspection;
}

/**
 * Looks at everything that could be destroyed before the first byte is written. The device should be open
 * exclusively, so that nothing can come in between the look and the write.
 *
 * Throws {@link BusyError} for what must not be destroyed without being told to, {@link UsageError}
 * `block-size-too-small` for blocks smaller than the device's own, and as {@link planFormat}.
 */
export async function prepareFormat(device: OpenedDevice, request: FormatRequest): Promise<PreparedFormat> {
  const { startSector, blockSize, consent } = request;
  if (blockSize !== null && blockSize < device.logicalBlockSizeBytes) {
    throw new UsageError(
      `${device.name} has logical blocks of ${String(device.logicalBlockSizeBytes)} bytes, and a cache with blocks of ${String(blockSize)} could not be activated on it.`,
      {
        code: 'block-size-too-small',
        hint: `Use --block-size ${String(device.logicalBlockSizeBytes)} or larger.`,
      },
    );
  }
  const plan =
    blockSize === null ? planZero(device, startSector) : planFormat(device, startSector, blockSize);
  const inspections = await inspectBeforeFormat(device, plan);
  const findings: FormatFindings = {
    uses: findUses(device),
    signatures: consent.overwriteSignature ? [] : await findSignatures(device.path),
    inspections,
  };
  const refusal = refusalToFormat(device, findings, consent);
  if (refusal !== null) {
    throw refusal;
  }
  const [before] = inspections;
  if (before === undefined) {
    throw new Error('a device was prepared for a format without being looked at');
  }
  return { plan, before };
}

/** What was found on and around a device before a format. */
interface FormatFindings {
  readonly uses: readonly Use[];
  readonly signatures: readonly Signature[];
  /** What lies where the superblock will be, and at sector 0 if that is somewhere else. */
  readonly inspections: readonly Inspection[];
}

/**
 * The caches that a format could destroy: what is at its sector, what is at sector 0, and every cache whose superblock
 * lies in the first MiB or in what is going to be written.
 */
async function inspectBeforeFormat(device: OpenedDevice, plan: FormatPlan): Promise<Inspection[]> {
  const ends = plan.writes.map(({ offset_bytes, length_bytes }) => offset_bytes + length_bytes);
  const written = plan.startSector * BigInt(SECTOR_BYTES);
  const places = new Set([
    plan.startSector,
    0n,
    ...findSuperblocks(device, 0n, SEARCHED_BYTES),
    ...findSuperblocks(
      device,
      written,
      ends.reduce((a, b) => (a > b ? a : b)),
    ),
  ]);
  const found: Inspection[] = [];
  for (const place of places) {
    found.push(await inspect(device, { startSector: place, summaryOnly: true }));
  }
  return found;
}

/** These flags are of `wcache format` alone, whichever verb wants to format. */
function formatWith({ name }: OpenedDevice, flag: string): string {
  return shellLine(['wcache', 'format', name, flag]);
}

/**
 * Why the format must not be done, with the evidence and the flag that overrides it; null if nothing speaks
 * against it. A device in use is never overridden: its user would be damaged.
 */
function refusalToFormat(
  device: OpenedDevice,
  findings: FormatFindings,
  consent: FormatConsent,
): WcacheError | null {
  const [use] = findings.uses;
  if (use !== undefined) {
    return new BusyError(`${device.name} is in use: ${use.evidence.replace(/\.$/, '')}.`, {
      code: 'device-in-use',
      hint: 'Free the device first (unmount it, remove the mapping on it); no flag overrides this.',
    });
  }
  const holder = findings.inspections.find(({ state }) => state === 'dirty' || state === 'damaged');
  if (holder !== undefined && !consent.discardDirty) {
    return new BusyError(`${device.name} ${whatWouldBeLost(holder)}.`, {
      code: holder.state === 'dirty' ? 'dirty-cache' : 'damaged-cache',
      hint:
        holder.state === 'dirty'
          ? `Write it back first (activate the cache and flush it), or lose it: ${formatWith(device, '--discard-dirty')}`
          : `Do not activate it; \`wcache check\` says what is wrong. Keep an image of it, or lose it: ${formatWith(device, '--discard-dirty')}`,
    });
  }
  const [signature] = findings.signatures;
  if (signature !== undefined && !consent.overwriteSignature) {
    return new BusyError(
      `${device.name} holds something else: a ${signature.type} signature at byte ${String(signature.offsetBytes)}.`,
      {
        code: 'foreign-signature',
        hint: `Check that this is the right device; to format it all the same: ${formatWith(device, '--overwrite-signature')}`,
      },
    );
  }
  return null;
}

/**
 * For the time that a user took to agree: throws {@link BusyError} `changed-meanwhile` unless the device is still what
 * was agreed to.
 */
export function requireSameFinding(shown: PreparedFormat, now: PreparedFormat): void {
  const isSame =
    shown.before.state === now.before.state &&
    shown.before.superblock.seq_count === now.before.superblock.seq_count &&
    shown.before.entries?.live === now.before.entries?.live &&
    shown.before.sizeBytes === now.before.sizeBytes;
  if (!isSame) {
    throw new BusyError(
      `${now.before.name} is not what it was when it was shown: it is ${now.before.state} now.`,
      {
        code: 'changed-meanwhile',
        hint: 'Something else writes to it. Nothing was written; find out what it is, and start again.',
      },
    );
  }
}

function whatWouldBeLost(inspection: Inspection): string {
  const where = inspection.startSector === 0n ? '' : ` at start sector ${String(inspection.startSector)}`;
  if (inspection.state === 'damaged') {
    return `is a damaged writecache${where} and may hold data that is nowhere else: ${inspection.reason}`;
  }
  const live = inspection.entries?.live ?? 0;
  return `is a dirty writecache${where}: ${String(live)} ${live === 1 ? 'block is' : 'blocks are'} newer than on the origin`;
}
