import type { FindingDocument } from '../documents/index.js';
import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { tone, type Tone } from './style.js';
import { wrap } from './table.js';

const SEVERITY_TONE: Readonly<Record<FindingDocument['severity'], Tone>> = {
  error: 'bad',
  warning: 'notice',
  info: 'faint',
};

/** What was found, what that means, and what to do: three labelled paragraphs, and a fourth for how it is known. */
export function findingText({ severity, code, subject, ...finding }: FindingDocument): string {
  const about = subject === 'machine' ? '' : `, ${printable(subject)}`;
  const rows = [
    paragraph(' state', `${tone(SEVERITY_TONE[severity], severity)} ${tone('strong', code)}${about}`),
    paragraph('  what', printable(finding.message)),
    ...(finding.advice === null ? [] : [paragraph('action', printable(finding.advice))]),
    ...(finding.evidence === null ? [] : [paragraph(' proof', printable(finding.evidence))]),
  ];
  return rows.join('\n');
}

function paragraph(label: string, text: string): string {
  const lead = `  ${label}: `;
  return `${lead}${wrap(text, TEXT_WIDTH, ' '.repeat(lead.length))}`;
}
