import type { VerbModel } from './model.js';

/** First words that have second ones behind them, such as `stats`. */
export function topicsOf(verbs: readonly VerbModel[]): string[] {
  return [...new Set(verbs.filter(({ words }) => words.length > 1).map(({ words: [first = ''] }) => first))];
}

/** The second words behind a first one. */
export function secondWords(verbs: readonly VerbModel[], topic: string): string[] {
  return verbs.filter(({ words }) => words[0] === topic).map(({ words: [, second = ''] }) => second);
}

/** The first words, each with the summary of its verb; that of a topic is its verbs'. */
export function firstWords(verbs: readonly VerbModel[]): { word: string; summary: string }[] {
  const summaries = new Map<string, string[]>();
  for (const {
    words: [first = ''],
    summary,
  } of verbs) {
    summaries.set(first, [...(summaries.get(first) ?? []), summary]);
  }
  return [...summaries].map(([word, all]) => ({ word, summary: all.join('; ') }));
}
