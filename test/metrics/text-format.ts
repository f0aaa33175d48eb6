/** A time series as Prometheus reads it. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ReadSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|NaN)$/;

/**
 * Reads Prometheus' text format 0.0.4, by its description alone and more strictly than Prometheus: each family once, with
 * HELP and TYPE before its samples, no series twice, no time stamps. Throws where the text is anything else.
 */
export function readTextFormat(text: string): Map<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ReadFamily>();
  const seen = new Set<string>();
  let help: { name: string; text: string } | null = null;
  let current: [string, ReadFamily] | null = null;
  // Only LF ends a line; a CR may be in a label.
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, helpName, helpText] = new RegExp(`^# HELP (${NAME}) (.*)$`, 's').exec(line) ?? [];
    const [, typeName, type] = new RegExp(`^# TYPE (${NAME}) (counter|gauge)$`).exec(line) ?? [];
    if (helpName !== undefined && helpText !== undefined) {
      help = { name: helpName, text: unescaped(helpText, /\\(.)/g) };
    } else if (typeName !== undefined && type !== undefined) {
      if (help?.name !== typeName) throw new Error(`no HELP before: ${line}`);
      if (families.has(typeName)) throw new Error(`twice: ${line}`);
      current = [typeName, { type, help: help.text, samples: [] }];
      families.set(...current);
      help = null;
    } else {
      const sample = readSample(line);
      if (current?.[0] !== sample.name || help !== null) {
        throw new Error(`strayed: ${line}`);
      }
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(key)) throw new Error(`the same series twice: ${line}`);
      seen.add(key);
      current[1].samples.push(sample);
    }
  }
  return families;
}

function readSample(line: string): ReadSample {
  const [, name = '', rest = ''] = new RegExp(`^(${NAME})(.*)$`, 's').exec(line) ?? [];
  const labels: Record<string, string> = {};
  let left = rest;
  if (left.startsWith('{')) {
    left = left.slice(1);
    while (!left.startsWith('}')) {
      const [whole, label, value] = LABEL.exec(left.replace(/\} [^ ]*$/, '')) ?? [];
      if (whole === undefined || label === undefined || value === undefined) {
        throw new Error(`label: ${line}`);
      }
      if (label in labels) throw new Error(`label twice: ${line}`);
      labels[label] = unescaped(value, /\\(.)/g);
      left = left.slice(whole.length);
    }
    left = left.slice(1);
  }
  const number = left.slice(1);
  if (name === '' || !left.startsWith(' ') || !NUMBER.test(number)) throw new Error(`no sample: ${line}`);
  // An empty label is none.
  const present = Object.entries(labels).filter(([, value]) => value !== '');
  return { name, labels: Object.fromEntries(present), value: Number(number) };
}

function unescaped(text: string, escapes: RegExp): string {
  return text.replace(escapes, (_whole, letter: string) => (letter === 'n' ? '\n' : letter));
}

/** The series that has these labels, whatever others it has. */
export function valueOf(
  families: ReadonlyMap<string, ReadFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = families
    .get(name)
    ?.samples.filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
  if (found !== undefined && found.length > 1) throw new Error(`${name} has several such series`);
  return found?.[0]?.value;
}
