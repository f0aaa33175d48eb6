import type { ChangeDocument, CreateDocument, RecoverDocument, SetDocument } from '../documents/index.js';
import type { DrainProgress } from '../procedure/drain-meter.js';
import { formatCount, formatMilliseconds, formatShare, formatSize } from '../units.js';
import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { wrap } from './table.js';

/** What is going to be done, command by command. */
export function runbookText(intro: string, commands: readonly string[]): string {
  return [printable(intro), ...commands.map((command) => `    ${command}`)].join('\n');
}

const DONE: Record<ChangeDocument['action'], (document: ChangeDocument) => string> = {
  flush: (document) => `${document.name} is written back${left(document)} (${took(document)}).`,
  clean: (document) =>
    `${document.name} is clean: nothing is only in the cache (${took(document)}). The cleaner stays on: nothing new is cached until \`wcache set ${document.name} cleaner=off\`.`,
  message: ({ name }) => `${name} took the message.`,
  suspend: (document) => `${document.name} is suspended${left(document)}: I/O to it waits.`,
  resume: ({ name }) => `${name} runs.`,
  'stats-reset': ({ name }) => `The counters of ${name} begin at zero again.`,
};

/** For the verbs that may find nothing to do. */
const SAME: Partial<Record<ChangeDocument['action'], string>> = {
  suspend: 'was suspended already',
  resume: 'was running already',
};

/** What a verb came to, in a sentence. */
export function changeText(given: ChangeDocument): string {
  const document = shown(given);
  const text = document.changed
    ? DONE[document.action](document)
    : `${document.name} ${SAME[document.action] ?? 'was so already'}.`;
  return wrap(text, TEXT_WIDTH);
}

function left({ dirty_blocks_after: after }: ChangeDocument): string {
  if (after === null || after === 0) return '';
  return `, and ${formatCount(after)} ${after === 1 ? 'block is' : 'blocks are'} dirty again or still`;
}

function took({ elapsed_ms, dirty_blocks_before: before }: ChangeDocument): string {
  return `${formatCount(before)} ${before === 1 ? 'block' : 'blocks'} in ${formatMilliseconds(elapsed_ms)}`;
}

/** One line of progress: how far, how fast, how long. */
export function drainText(name: string, progress: DrainProgress, blockSize: number): string {
  const { dirtyBlocks, startDirtyBlocks, blocksPerSecond, remainingMs, stalledMs } = progress;
  const written = Math.max(0, startDirtyBlocks - dirtyBlocks);
  const parts = [
    `${printable(name)}: ${formatCount(dirtyBlocks)} blocks dirty`,
    `${formatShare(written, startDirtyBlocks)} written`,
    blocksPerSecond === null || blocksPerSecond <= 0
      ? ''
      : `${formatSize(BigInt(Math.round(blocksPerSecond * blockSize)))}/s`,
    stalledMs > 5000
      ? `no headway for ${formatMilliseconds(stalledMs)}`
      : remainingMs === null
        ? ''
        : `${formatMilliseconds(remainingMs)} left`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** What a create is going to make, before it is done. */
export function createPlanText(given: CreateDocument): string {
  const document = shown(given);
  const { name, mode, origin, cache, block_size, total_blocks, free_blocks, format } = document;
  const dirty = total_blocks - free_blocks;
  const content =
    format !== null
      ? `formatted by wcache (it is ${document.previous_state ?? 'unknown'} now)`
      : document.previous_state === 'blank'
        ? 'blank now, and formatted by the kernel'
        : `used as it is: ${document.previous_state ?? ''}${dirty === 0 ? '' : `, with ${formatCount(dirty)} dirty blocks`}`;
  const lines = [
    `${tone('strong', name)}: ${formatSize(BigInt(document.length_sectors) * 512n)} on ${origin},`,
    `  cached in ${mode === 'p' ? 'pmem' : 'ssd'} mode on ${cache}, ${formatCount(total_blocks)} blocks of ${String(block_size)} bytes,`,
    `  ${content}.`,
    ...(format?.writes ?? []).map(
      ({ what, offset_bytes, length_bytes }) =>
        `    ${String(length_bytes)} bytes at ${String(offset_bytes)} of ${cache}: ${what}`,
    ),
    ...document.commands.map((command) => `    ${command}`),
    ...notesText(document),
  ];
  return lines.join('\n');
}

/** What a create has made. */
export function createdText(given: CreateDocument): string {
  const document = shown(given);
  const { name, changed, total_blocks, free_blocks } = document;
  const dirty = total_blocks - free_blocks;
  const content = dirty === 0 ? 'empty' : `with ${formatCount(dirty)} dirty blocks`;
  return changed
    ? `/dev/mapper/${name} is up: ${formatCount(total_blocks)} blocks, ${content}.`
    : [`/dev/mapper/${name} is there already, just so.`, ...notesText(document)].join('\n');
}

function notesText({ notes }: CreateDocument): string[] {
  return notes.map(({ code, message }) =>
    wrap(`note (${code}): ${message}`, TEXT_WIDTH, '  ').replace('note', tone('notice', 'note')),
  );
}

/** What `wcache set` did, option by option. */
export function setText(document: SetDocument): string {
  const { name, changed, differences } = shown(document);
  if (!changed) return `${name} has these options already.`;
  if (differences.length === 0) return `${name} runs as a fresh instance, with the same options.`;
  return [`${name} runs with:`, ...differences.map((difference) => `  ${difference}`)].join('\n');
}

/** What is known of an error, before something is done about it. */
export function diagnosisText(document: RecoverDocument): string {
  const { name, conclusion, devices, kernel_log, uncommitted_blocks: uncommitted } = shown(document);
  const lines = [`${name}: ${wrap(conclusion, TEXT_WIDTH - name.length - 2, '  ')}`];
  for (const { role, path, read_fails, kernel_log: log } of devices) {
    const reads =
      read_fails === null ? 'could not be tried' : read_fails ? 'fails to be read' : 'can be read';
    lines.push(`  ${role} ${path ?? '(no path)'}: ${reads}`, ...log.map((line) => `    ${line}`));
  }
  if (uncommitted !== null && uncommitted > 0) {
    lines.push(
      `  ${formatCount(uncommitted)} blocks were written and never committed: they are now, or are lost`,
    );
  }
  if (kernel_log.length > 0) {
    lines.push(
      '  what the target logged (of this or another writecache):',
      ...kernel_log.map((line) => `    ${line}`),
    );
  }
  return lines.join('\n');
}

/** What a recovery came to. */
export function recoveredText(document: RecoverDocument): string {
  const { name, changed, devices, dirty_blocks_after: after, lost_blocks: lost } = shown(document);
  if (!changed) return `${name} is not in error; there is nothing to recover from.`;
  const loss =
    lost === null || lost === 0
      ? ''
      : ` ${formatCount(lost)} ${lost === 1 ? 'block' : 'blocks'} that had been written and never committed could not be committed any more and ${lost === 1 ? 'is' : 'are'} lost, as in a power cut: check what is on it.`;
  const [failing] = devices.filter(({ read_fails }) => read_fails === true);
  const doubt =
    failing === undefined
      ? ''
      : ` But the ${failing.role} could not be read before: while that is so, the error comes back with the next writeback. \`wcache flush\` tries it.`;
  return wrap(
    `${name} runs again, without error; ${formatCount(after ?? 0)} blocks are dirty, and are written back as usual. Its counters began anew.${loss}${doubt}`,
    TEXT_WIDTH,
  );
}

/** A document with a name that a terminal can be given. */
function shown<T extends { readonly name: string }>(document: T): T {
  return { ...document, name: printable(document.name) };
}
