import { unmangleName } from '../../device/dm-names.js';
import { bySeverity, type Finding } from '../finding.js';
import { nameAsTyped } from '../name-as-typed.js';
import { isBehindResume, isOfEarlierStart, isUnderWay, readJournals, type Journal } from './journal.js';

/** What can be noticed of a removal that has a journal. Stable; `wcache status` and `wcache doctor` tell it. */
export const REMOVAL_FINDING_CODES = ['cache-removal-interrupted', 'cache-removal-under-way'] as const;
export type RemovalFindingCode = (typeof REMOVAL_FINDING_CODES)[number];

/** A removal that is under way, or that was interrupted. */
export interface KnownRemoval {
  /** The kernel's name of the mapping. */
  readonly mapping: string;
  readonly uuid: string;
  readonly finding: Finding<RemovalFindingCode>;
}

/** All removals that have a journal, the worst first. */
export function knownRemovals(folder?: string): KnownRemoval[] {
  const found = readJournals(folder).map((journal) => ({
    mapping: journal.name,
    uuid: journal.uuid,
    finding: judgeRemoval(journal, isUnderWay(journal)),
  }));
  const order = bySeverity(found.map(({ finding }) => finding));
  return found.sort((a, b) => order.indexOf(a.finding) - order.indexOf(b.finding));
}

/** Those of a mapping. Another one of the same name is not meant. */
export function removalsOf(
  removals: readonly KnownRemoval[],
  { name, uuid }: { readonly name: string; readonly uuid: string },
): Finding<RemovalFindingCode>[] {
  return removals
    .filter((removal) => removal.mapping === name && removal.uuid === uuid)
    .map(({ finding }) => finding);
}

/** What there is to say about a removal, from its journal. */
export function judgeRemoval(journal: Journal, underWay: boolean): Finding<RemovalFindingCode> {
  const name = unmangleName(journal.name);
  const typed = nameAsTyped({ name, device: { name: journal.name } });
  const { done, begun } = journal;
  const last =
    done === null ? 'before its first step was done' : `after step ${String(done.number)} (${done.id})`;
  if (underWay) {
    return {
      ...{ code: 'cache-removal-under-way', severity: 'info', subject: name, evidence: null },
      message: `Its removal is under way, in step ${String(begun.number)} (${begun.id}).`,
      advice: null,
    };
  }
  if (isOfEarlierStart(journal) && !isBehindResume(journal)) {
    return {
      ...{ code: 'cache-removal-interrupted', severity: 'warning', subject: name },
      message: `removal interrupted ${last}, and the machine was started again since; nothing is lost.`,
      evidence: null,
      advice: `The origin alone is stale until then: put the cache in front of it again (wcache create ${typed} with --attach), and remove it again.`,
    };
  }
  const undo = isBehindResume(journal) ? '' : ` To take it back: wcache remove ${typed} --undo`;
  return {
    ...{ code: 'cache-removal-interrupted', severity: 'warning', subject: name },
    message: `removal interrupted ${last}; nothing is lost.`,
    evidence: `It was in step ${String(begun.number)} (${begun.id}), and its process is gone.`,
    advice: `To finish it: wcache remove ${typed}.${undo}`,
  };
}
