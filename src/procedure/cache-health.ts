import type { LiveCache, WaitingCache } from '../dm/index.js';
import { effectiveOptions, thresholdsOf, type Thresholds } from '../table/index.js';
import { formatCount, formatSize } from '../units.js';
import { bySeverity, type Finding } from './finding.js';
import { nameAsTyped } from './name-as-typed.js';

/** What can be noticed of one cache. Stable; `wcache status` and `wcache doctor` tell it. */
export const CACHE_FINDING_CODES = [
  'cache-error',
  'cache-suspended',
  'cache-table-waiting',
  'cache-waiting',
  'cache-full',
  'cache-above-high-watermark',
  'cache-freelist-stalls',
  'cache-cleaner',
  'cache-of-lvm',
  'cache-among-others',
] as const;
export type CacheFindingCode = (typeof CACHE_FINDING_CODES)[number];
type CacheFinding = Finding<CacheFindingCode>;

/** When writeback starts and stops in a live cache, as far as its table line tells it. */
export function thresholdsOfCache({ table, status, targetVersion }: LiveCache): Thresholds {
  const { high_watermark, low_watermark, cleaner } = effectiveOptions(table, targetVersion);
  return thresholdsOf(
    BigInt(status.total_blocks),
    { high: high_watermark.value, low: low_watermark.value, cleaner: cleaner?.value ?? false },
    targetVersion,
  );
}

/** What there is to say about a live cache's health, the worst first. */
export function judgeCacheHealth(cache: LiveCache): CacheFinding[] {
  return bySeverity([
    ...stateFindings(cache),
    // In error the counts of blocks mean nothing (kernel-target.md §3).
    ...(cache.status.error ? [] : fillFindings(cache)),
    ...stallFindings(cache),
    ...ownerFindings(cache),
  ]);
}

/** What there is to say about a mapping whose only writecache waits in the inactive slot. */
export function judgeWaitingCache(cache: WaitingCache): CacheFinding[] {
  const typed = nameAsTyped(cache);
  const advice =
    cache.lvm === null
      ? `Make it live with: dmsetup resume ${typed}. Or drop it with: dmsetup remove ${typed}`
      : `LVM may be at work on it. If it is not: lvchange --refresh ${logicalVolume(cache.lvm)}`;
  return [
    finding(
      cache,
      'cache-waiting',
      'warning',
      'Its table was loaded and never made live: the mapping can neither be read nor written, and nothing is cached.',
      advice,
    ),
  ];
}

function stateFindings(cache: LiveCache): CacheFinding[] {
  const { device, lvm } = cache;
  const typed = nameAsTyped(cache);
  const found: CacheFinding[] = [];
  if (cache.status.error) {
    found.push(errorFinding(cache));
  } else if (device.suspended) {
    found.push(
      finding(
        cache,
        'cache-suspended',
        'error',
        'It is suspended: whoever reads or writes it waits until it is resumed.',
        lvm === null
          ? `If nothing is at work on it: wcache resume ${typed}`
          : `LVM suspends it while it changes it. If no LVM command runs: lvchange --refresh ${logicalVolume(lvm)}`,
      ),
    );
  }
  if (device.hasInactiveTable) {
    found.push(
      finding(
        cache,
        'cache-table-waiting',
        'warning',
        'Another table waits in its inactive slot: the next resume puts that in the place of this one.',
        `See it with: dmsetup table --inactive ${typed}. If nobody needs it, drop it with: dmsetup clear ${typed}`,
      ),
    );
  }
  return found;
}

function errorFinding(cache: LiveCache): CacheFinding {
  const { device, lvm } = cache;
  const repair =
    lvm === null
      ? `wcache recover ${nameAsTyped(cache)}`
      : `lvchange -an ${logicalVolume(lvm)} && lvchange -ay ${logicalVolume(lvm)}`;
  const caution = device.suspended
    ? 'Do not resume it: its reads could then show old data of the origin.'
    : 'Do not suspend and resume it: its reads could then show old data of the origin.';
  return finding(
    cache,
    'cache-error',
    'error',
    `The error flag is set: a device failed under the target, or two entries of its metadata were identical after a power cut. Writes, flushes and discards fail and nothing is written back, until the cache gets a fresh instance${device.suspended ? '; it is suspended, too' : ''}. What is only in the cache stays there; how much that is, the status cannot tell for certain.`,
    `${caution} The kernel log (dmesg) has the first error. Mend the device, then: ${repair}`,
  );
}

function fillFindings(cache: LiveCache): CacheFinding[] {
  const { status, table } = cache;
  const dirty = BigInt(status.total_blocks - status.free_blocks);
  const { startsAtDirty } = thresholdsOfCache(cache);
  const amount = `${formatCount(dirty)} of ${formatCount(status.total_blocks)} blocks (${formatSize(dirty * BigInt(table.block_size))})`;
  if (status.total_blocks > 0 && status.free_blocks === 0) {
    return [
      finding(
        cache,
        'cache-full',
        'warning',
        `It is full: ${amount} wait to be written back, and new blocks are written at the speed of the origin.`,
        `More is written than the origin takes. ${earlierWriteback(cache)}`,
      ),
    ];
  }
  if (table.options.cleaner === true) {
    return [
      finding(
        cache,
        'cache-cleaner',
        'info',
        'Its cleaner is active: every block is written back, and no new ones are cached.',
        null,
      ),
    ];
  }
  if (dirty < startsAtDirty) return [];
  return [
    finding(
      cache,
      'cache-above-high-watermark',
      'info',
      `${amount} are dirty, which is the high watermark or more: writeback is due.`,
      'That is normal while much is written. If it stays so, the origin is too slow for what is written.',
    ),
  ];
}

function stallFindings(cache: LiveCache): CacheFinding[] {
  const waits = cache.status.counters?.writes_blocked_on_freelist ?? 0n;
  if (waits === 0n) return [];
  return [
    finding(
      cache,
      'cache-freelist-stalls',
      'warning',
      `Writes had to wait for a free block: ${formatCount(waits)} ${waits === 1n ? 'wait' : 'waits'} since its counters began.`,
      earlierWriteback(cache),
    ),
  ];
}

function ownerFindings(cache: LiveCache): CacheFinding[] {
  const found: CacheFinding[] = [];
  if (cache.lvm !== null) {
    found.push(
      finding(
        cache,
        'cache-of-lvm',
        'info',
        `It is LVM's (${logicalVolume(cache.lvm)}): wcache shows it and changes nothing.`,
        'Change it with lvchange and lvconvert.',
      ),
    );
  }
  if (cache.lineCount > 1) {
    found.push(
      finding(
        cache,
        'cache-among-others',
        'info',
        `The mapping is put together from ${String(cache.lineCount)} targets: wcache shows this one and changes nothing.`,
        'Change it with dmsetup.',
      ),
    );
  }
  return found;
}

/** The command that halves the high watermark. */
function earlierWriteback(cache: LiveCache): string {
  const { value } = effectiveOptions(cache.table, cache.targetVersion).high_watermark;
  if (value === 0) return 'Writeback starts at once already: only a faster origin or a larger cache helps.';
  const high = Math.floor(value / 2);
  const settings = `high_watermark=${String(high)} low_watermark=${String(Math.max(0, high - 5))}`;
  const command =
    cache.lvm === null
      ? `wcache set ${nameAsTyped(cache)} ${settings.replaceAll('_', '-')}`
      : `lvchange --cachesettings '${settings}' ${logicalVolume(cache.lvm)}`;
  return `It helps to start writeback earlier: ${command}`;
}

function finding(
  { name }: { readonly name: string },
  code: CacheFindingCode,
  severity: Finding['severity'],
  message: string,
  advice: string | null,
): CacheFinding {
  return { code, severity, subject: name, message, evidence: null, advice };
}

function logicalVolume({ vg, lv }: { readonly vg: string; readonly lv: string }): string {
  return `${vg}/${lv}`;
}
