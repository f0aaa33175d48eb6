import { examples, macroLine, plain } from './roff.js';
import { simpleCommands } from './shell.js';

/** A command of wcache's somewhere in the documentation: the words behind `wcache`. */
export type Mention = readonly string[];

/** Every command of wcache's in a page: in its examples and in its sentences. */
export function mentionsInPage(roff: string): Mention[] {
  const sentences = roff.replaceAll(/^\.EX\n[^]*?^\.EE$/gm, '');
  return [
    ...examples(roff).flatMap(mentionsInScript),
    ...sentences.split('\n').flatMap((line) => boldWords(line).flatMap(mentionsInScript)),
  ];
}

/** Every command of wcache's in a text in markdown: in its blocks of code and between backquotes. */
export function mentionsInMarkdown(markdown: string): Mention[] {
  const blocks = [...markdown.matchAll(/^```(\w*)[^\n]*\n([^]*?)^```$/gm)];
  const spans = markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g);
  return [
    ...blocks.flatMap(([, language = '', text = '']) => mentionsInBlock(language, text)),
    ...[...spans].flatMap(([, text = '']) => mentionsInScript(text)),
  ];
}

/** In a transcript only lines with a prompt are typed. */
function mentionsInBlock(language: string, text: string): Mention[] {
  if (language === 'sh') return mentionsInScript(text);
  if (language !== 'console') return [];
  const typed = [...text.replaceAll('\\\n', ' ').matchAll(/^[$#] (.*)$/gm)];
  return typed.flatMap(([, line = '']) => mentionsInScript(line));
}

/** Every command of wcache's in a piece of shell. */
export function mentionsInScript(script: string): Mention[] {
  return simpleCommands(script.replaceAll(/^Exec\w+=/gm, ''))
    .filter(([program = '']) => program === 'wcache' || program.endsWith('/wcache'))
    .map(([, ...words]) => words);
}

/** What a line of roff sets in bold: `.B wcache doctor`, `.RB ( "wcache doctor" ),`, `\fBwcache doctor\fR`. */
function boldWords(line: string): string[] {
  const found = macroLine(line);
  if (found === null) return [...line.matchAll(/\\fB(.*?)\\f[RPI]/g)].map(([, text = '']) => plain(text));
  const { macro, args } = found;
  if (macro === 'B') return [plain(args.join(' '))];
  if (macro === 'BR' || macro === 'BI') return args.filter((_, index) => index % 2 === 0).map(plain);
  if (macro === 'RB' || macro === 'IB') return args.filter((_, index) => index % 2 === 1).map(plain);
  return [];
}
