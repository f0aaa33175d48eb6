import { findFileSystem, type FileSystem } from '../device/file-system.js';
import { requireMappingName } from '../device/dm-names.js';
import { findSignatures } from '../device/signatures.js';
import { memoryFacts } from '../device/memory.js';
import { memoryPageBytes } from '../device/memory-page.js';
import type { DeviceMapper, MappedDevice } from '../dm/index.js';
import { BusyError, UsageError, WcacheError } from '../errors.js';
import { shellLine } from '../exec.js';
import { SECTOR_BYTES } from '../format/index.js';
import { checkDevice, liveBlocks, type CheckResult } from '../scan/index.js';
import {
  TARGET_NAME,
  buildParameters,
  hazardsOf,
  judgeTable,
  type KernelIdentity,
  type TargetVersion,
  type WritecacheTable,
} from '../table/index.js';
import {
  chooseBlockSize,
  fileSystemMisfit,
  judgeMemory,
  recordedBlockSize,
  requireInsideOrigin,
  requireNoPhysicalVolume,
  requireUsableCache,
} from './create-checks.js';
import { withClaimedDevices, type ClaimedDevices } from './create-devices.js';
import { judgePair, originIds } from './create-pair.js';
import type { CreateRequest, ExpectedStatus, Note, PreparedCreate } from './create-request.js';
import { type FormatPlan } from './format-device.js';
import { prepareFormat } from './format-preflight.js';
import { findPairOfCache, newMappingUuid, readPairs, type Pair } from './pairs.js';

/** The machine that a mapping is to be made on. */
export interface Machine {
  readonly targetVersion: TargetVersion;
  readonly kernel: KernelIdentity;
  readonly pairsFolder?: string | undefined;
  /** Ends a long look. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every look that comes before the first write: nothing is changed, and both devices are claimed while it lasts.
 *
 * @throws the refusals of {@link withClaimedDevices}, {@link requireUsableCache}, {@link judgePair} and others in
 *   create-checks; {@link BusyError} `mapping-exists`; {@link UsageError} `invalid-table`.
 */
export async function prepareCreate(
  dm: DeviceMapper,
  request: CreateRequest,
  machine: Machine,
): Promise<PreparedCreate> {
  const name = requireMappingName(request.name);
  const leftover = requireFreeName(await dm.info(name), request.name);
  return withClaimedDevices(request, async (devices) => {
    const { found } = devices;
    const mode = request.mode === 'auto' ? (devices.mappable ? 'p' : 's') : request.mode;
    requireMappable(mode, devices);
    const startSector = request.options.start_sector ?? 0n;
    const before = await checkOf(devices, machine, request, mode, request.blockSize);
    const isDirty = !request.format && (liveBlocks(before.inspection) ?? 0) > 0;
    const fileSystem = await fileSystemOf(request.origin, isDirty);
    requireNoPhysicalVolume(fileSystem, found.origin, request.overrides);
    const blockSize = chooseBlockSize({
      request,
      ...found,
      fileSystem,
      recorded: request.format ? null : recordedBlockSize(before.inspection),
      pageSizeBytes: memoryPageBytes(),
      isDirty,
    });
    const check =
      before.blockSize === blockSize ? before : await checkOf(devices, machine, request, mode, blockSize);
    const formatPlan = request.format ? await formatPlanOf(devices, startSector, blockSize) : null;
    if (formatPlan === null) {
      requireUsableCache(check, request);
      requireInsideOrigin(check, found.origin, request);
    }
    const misfit = isDirty ? fileSystemMisfit({ origin: found.origin, fileSystem }, blockSize) : null;
    const table: WritecacheTable = {
      mode,
      origin: found.origin.deviceNumber,
      cache: found.cache.deviceNumber,
      block_size: blockSize,
      options: request.options,
    };
    requireValid(table, devices, machine);
    const expected = expectedStatus(check, formatPlan);
    const memory = judgeMemory(
      BigInt(expected.totalBlocks),
      mode,
      memoryFacts().totalBytes,
      request.overrides,
    );
    const records = readPairs(machine.pairsFolder);
    const ids = originIds(found.origin.identity, fileSystem);
    const pairNotes = await judgePair({
      request,
      records,
      origin: found.origin,
      originIds: ids,
      cache: found.cache,
      startSector,
      isDirty,
      isBlank: before.inspection.state === 'blank',
    });
    const former = findPairOfCache(records.pairs, found.cache.identity, startSector);
    const uuid = former?.uuid ?? newMappingUuid();
    const line = {
      startSector: 0n,
      lengthSectors: found.origin.sizeBytes / BigInt(SECTOR_BYTES),
      target: TARGET_NAME,
      parameters: buildParameters(table),
    };
    return {
      request,
      mapping: { name, uuid, line, readAhead: request.readAhead },
      table,
      ...found,
      check,
      formatPlan,
      leftover,
      expected,
      pair: { ...pairOf(request, table, uuid, { ...found, originIds: ids }), used: former?.used },
      notes: [
        ...(memory === null ? [] : [memory]),
        ...pairNotes,
        ...(misfit === null ? [] : [{ code: misfit.code, message: `${misfit.message} It may be stale.` }]),
        ...checkNotes(check, formatPlan),
        ...hazardNotes(machine, mode),
      ],
    };
  });
}

/** The kernel's name of a mapping that has to be removed first, if there is one. */
function requireFreeName(existing: MappedDevice | null, name: string): string | null {
  if (existing === null) return null;
  if (existing.uuid.startsWith('WCACHE-') && !existing.hasLiveTable && existing.openCount === 0) {
    return existing.name;
  }
  throw new BusyError(`There is a mapping ${name} already.`, {
    code: 'mapping-exists',
    hint: `Choose another name, or see what it is: ${shellLine(['wcache', 'status', name])}`,
  });
}

function checkOf(
  { cache, found, mappable }: ClaimedDevices,
  { signal }: Machine,
  request: CreateRequest,
  mode: 'p' | 's',
  blockSize: number | undefined,
): Promise<CheckResult> {
  return checkDevice(cache, {
    startSector: request.options.start_sector ?? 0n,
    originBytes: found.origin.sizeBytes,
    originLogicalBlockSizeBytes: found.origin.logicalBlockSizeBytes,
    mode,
    blockSize,
    pageSizeBytes: memoryPageBytes(),
    dax: mappable,
    findSignatures: () => findSignatures(cache.path),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** What is on the origin. Where its newest blocks are in the cache, remains of an old file system decide nothing. */
async function fileSystemOf(path: string, isDirty: boolean): Promise<FileSystem | null> {
  try {
    return await findFileSystem(path);
  } catch (error) {
    if (isDirty && error instanceof WcacheError && error.code === 'ambivalent-content') return null;
    throw error;
  }
}

/** A table in mode p on a device that cannot be mapped makes kernels crash (W1): no flag lets that through. */
function requireMappable(mode: 'p' | 's', { cache, mappable }: ClaimedDevices): void {
  if (mode === 's' || mappable) return;
  throw new UsageError(
    `${cache.path} is no persistent memory that can be mapped (queue/dax is 0, or its size is no multiple of a memory page), and mode p on it makes kernels crash.`,
    { code: 'not-dax', hint: 'Use --mode s.' },
  );
}

async function formatPlanOf(
  { cache }: ClaimedDevices,
  startSector: bigint,
  blockSize: number,
): Promise<FormatPlan> {
  const consent = { discardDirty: false, overwriteSignature: false };
  const { plan } = await prepareFormat(cache, { startSector, blockSize, consent });
  return plan;
}

/** The table's words, held against what the target takes. Throws {@link UsageError} `invalid-table`. */
function requireValid(table: WritecacheTable, devices: ClaimedDevices, machine: Machine): void {
  const { problems } = judgeTable(buildParameters(table), {
    version: machine.targetVersion,
    pageSizeBytes: memoryPageBytes(),
    cacheSizeBytes: devices.cache.sizeBytes,
    logicalBlockSizeBytes: Math.max(
      devices.origin.logicalBlockSizeBytes,
      devices.cache.logicalBlockSizeBytes,
    ),
  });
  const error = problems.find(({ severity }) => severity === 'error');
  if (error === undefined) return;
  throw new UsageError(error.message, { code: 'invalid-table', hint: error.hint });
}

function expectedStatus({ activation }: CheckResult, plan: FormatPlan | null): ExpectedStatus {
  if (plan?.action === 'format') {
    const totalBlocks = Number(plan.geometry.nBlocks);
    return { totalBlocks, freeBlocks: totalBlocks, error: false };
  }
  switch (activation.outcome) {
    case 'formatted':
      return {
        totalBlocks: Number(activation.nBlocks),
        freeBlocks: Number(activation.nBlocks),
        error: false,
      };
    case 'activated':
      return {
        totalBlocks: Number(activation.nBlocks),
        freeBlocks: activation.freeBlocks,
        error: activation.error === 1,
      };
    case 'refused':
      throw new Error('a cache that the kernel would refuse passed all checks');
  }
}

function pairOf(
  request: CreateRequest,
  table: WritecacheTable,
  uuid: string,
  {
    origin,
    cache,
    originIds: ids,
  }: Pick<PreparedCreate, 'origin' | 'cache'> & { originIds: readonly string[] },
): Pair {
  const device = ({ path, sizeBytes, identity }: PreparedCreate['cache'], deviceIds: readonly string[]) => ({
    ids: [...deviceIds],
    path,
    size_bytes: String(sizeBytes),
    model: identity.model,
  });
  return {
    format: 1,
    uuid,
    name: request.name,
    created: new Date().toISOString(),
    mode: table.mode,
    block_size: table.block_size,
    start_sector: String(table.options.start_sector ?? 0n),
    origin: device(origin, ids),
    cache: device(cache, cache.identity.ids),
  };
}

function checkNotes({ problems }: CheckResult, plan: FormatPlan | null): Note[] {
  if (plan !== null) return [];
  return problems
    .filter(({ code, severity }) => severity !== 'info' || code === 'uncommitted-entries')
    .map(({ code, message }) => ({ code, message }));
}

/** What a kernel does to a cache while it is simply used. The rest is guarded against here, or is for the doctor. */
const HAZARDS_OF_USE = /^(?:W2|W3|W9|W10|W11|H\d+)-/;

function hazardNotes({ kernel, targetVersion }: Machine, mode: 'p' | 's'): Note[] {
  return hazardsOf(kernel, targetVersion)
    .filter(
      ({ code, applies, modes }) => applies === 'yes' && modes.includes(mode) && HAZARDS_OF_USE.test(code),
    )
    .map(({ code, title }) => ({
      code,
      message: `On this kernel ${title} (see wcache doctor).`,
    }));
}
