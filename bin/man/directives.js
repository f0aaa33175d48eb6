/** What each directive of a source becomes. */
import { ENVIRONMENT } from './environment.js';
import { EXIT_STATUSES, EXIT_STATUSES_OF_A_VERB } from './exit-statuses.js';
import { hazardItems } from './hazards.js';
import { jsonSection } from './json-section.js';
import { optionsSection } from './options.js';
import { literal, literalLine, pageLine, pageParts, sentences } from './roff.js';
import { SourceError } from './source.js';
import { missingFlags, synopsisForm } from './synopsis.js';
import { argumentName } from './verb.js';

/** @typedef {import('./facts.js').Facts} Facts */
/** @typedef {import('./source.js').Directive} Directive */
/** @typedef {import('./source.js').PageSource} PageSource */

/** @type {Readonly<Record<string, string>>} what man(1) heads the sections with */
const MANUALS = {
  5: 'File Formats Manual',
  7: 'Miscellaneous Information Manual',
  8: "System Manager's Manual",
};

/**
 * The directives of one page.
 *
 * @param {string} name like `wcache-check.8`
 * @param {PageSource} source
 * @param {Facts} facts
 */
export function directives(name, source, facts) {
  const [, title = '', section = ''] = /^(.*)\.(\d)$/.exec(name) ?? [];
  const verb = [...facts.verbs.values()].find(({ page }) => section === '8' && page === title);
  /** @type {import('./synopsis.js').Form[]} */
  const forms = [];
  const used = { flags: false, exits: false };
  /** @type {string[]} */
  const listedVerbs = [];
  /** The line of the first directive of a name, for what is wrong with all of them. @param {string} which */
  const lineOf = (which) =>
    source.items.find((item) => item.kind === 'directive' && item.name === which)?.line ?? 1;

  function ofVerb() {
    if (verb === undefined) throw new Error(`${name} is the page of no verb`);
    return verb;
  }

  /** @type {Record<string, (rest: string) => string[]>} */
  const makers = {
    head: (rest) => head(title, section, rest === '' ? ofVerb().summary : rest, facts),
    synopsis: (rest) => {
      const form = synopsisForm(ofVerb(), rest);
      forms.push(form);
      return forms.length === 1 ? ['.SH SYNOPSIS', ...form.lines] : [...form.lines];
    },
    options: () => {
      used.flags = true;
      return optionsSection(ofVerb(), (flag) => source.flags.get(flag)?.lines ?? []);
    },
    json: () => jsonSection(facts.printedDocuments[ofVerb().id] ?? noDocument(name)),
    'exit-status': (rest) => {
      used.exits = true;
      return exitStatus(rest.split(/\s+/).filter(Boolean), source, EXIT_STATUSES_OF_A_VERB);
    },
    'exit-statuses': () => exitStatus(Object.keys(EXIT_STATUSES), source, EXIT_STATUSES),
    environment: () => ['.SH ENVIRONMENT', ...ENVIRONMENT.flatMap(([word, text]) => item(bold(word), text))],
    verbs: (rest) => {
      const ids = rest === '' ? [...facts.verbs.keys()] : rest.split(/\s+/);
      listedVerbs.push(...ids);
      return ids.flatMap((id) => verbItem(facts, id));
    },
    hazards: () => hazardItems(facts),
    metrics: (rest) => rest.split(/\s+/).flatMap((each) => metricItem(facts, each)),
    'see-also': (rest) => seeAlso(rest.split(/\s+/).filter(Boolean), `${title}(${section})`),
    file: (rest) => {
      const text = facts.readFile(rest);
      return text.replace(/\n+$/, '').split('\n').map(literalLine);
    },
  };

  return {
    /** The roff that a directive stands for. @param {Directive} directive */
    made({ name: which, rest, line }) {
      const make = Object.hasOwn(makers, which) ? makers[which] : undefined;
      if (make === undefined) {
        const all = Object.keys(makers).map((each) => `@${each}`);
        throw new SourceError(source.file, line, `@${which} is no directive; there are ${all.join(', ')}`);
      }
      try {
        return make(rest);
      } catch (error) {
        throw new SourceError(source.file, line, error instanceof Error ? error.message : String(error));
      }
    },

    /** Judges what only all directives together can tell. */
    end() {
      for (const [flag, { line }] of source.flags) {
        const known = verb?.flags.some((each) => each.name === flag) === true;
        const isArgument = verb?.args.some((each) => argumentName(each) === flag) === true;
        if (!known && !isArgument) {
          throw new SourceError(source.file, line, `@flag ${flag}: there is no such flag or argument`);
        }
        if (!used.flags) throw new SourceError(source.file, line, '@flag without @options');
      }
      for (const [status, { line }] of source.exits) {
        if (EXIT_STATUSES[status] === undefined) {
          throw new SourceError(source.file, line, `@exit ${status}: there is no such exit status`);
        }
        if (!used.exits) throw new SourceError(source.file, line, '@exit without @exit-status');
      }
      if (verb !== undefined && forms.length > 0) {
        const missing = missingFlags(verb, forms);
        if (missing.length > 0) {
          const what = `no form of the synopsis has ${missing.join(', ')}`;
          throw new SourceError(source.file, lineOf('synopsis'), what);
        }
      }
      if (listedVerbs.length > 0) {
        const missing = [...facts.verbs.keys()].filter((id) => !listedVerbs.includes(id));
        if (missing.length > 0) {
          throw new SourceError(source.file, lineOf('verbs'), `@verbs leaves out ${missing.join(', ')}`);
        }
      }
    },
  };
}

/**
 * @param {string} title
 * @param {string} section
 * @param {string} summary
 * @param {Facts} facts
 */
function head(title, section, summary, { date, version }) {
  const manual = MANUALS[section];
  if (manual === undefined) throw new Error(`section ${section} of the manual has no title here`);
  const text = /^[A-Z][a-z]/.test(summary) ? summary.charAt(0).toLowerCase() + summary.slice(1) : summary;
  return [
    // Words that are typed must not be cut at the end of a line.
    '.nr HY 0',
    `.TH ${literal(title.toUpperCase())} ${section} ${date} "wcache ${version}" "${manual}"`,
    '.ad l',
    '.SH NAME',
    `${literal(title)} \\- ${sentences(text).join(' ')}`,
  ];
}

/**
 * @param {readonly string[]} statuses
 * @param {PageSource} source
 * @param {Readonly<Record<string, string>>} words
 */
function exitStatus(statuses, source, words) {
  const all = [...new Set([...statuses, ...source.exits.keys()])].sort((a, b) => Number(a) - Number(b));
  return [
    '.SH "EXIT STATUS"',
    ...all.flatMap((status) => {
      const own = source.exits.get(status);
      if (own !== undefined) return ['.TP', bold(status), ...own.lines];
      const text = words[status];
      if (text === undefined) throw new Error(`there is no exit status ${status}`);
      return item(bold(status), text);
    }),
  ];
}

/** @param {Facts} facts @param {string} id */
function verbItem({ verbs }, id) {
  const verb = verbs.get(id);
  if (verb === undefined) throw new Error(`there is no verb ${id}`);
  return item(pageLine(`${verb.page}(8)`), `${verb.summary}${/[.?!]$/.test(verb.summary) ? '' : '.'}`);
}

/** @param {Facts} facts @param {string} name */
function metricItem({ metrics }, name) {
  const metric = metrics[name];
  if (metric === undefined) throw new Error(`there is no metric ${name}`);
  // These two are told of once, for all.
  const labels = metric.labels.filter((label) => !['name', 'start'].includes(label));
  const braces = labels.length === 0 ? '' : ` {${labels.join(', ')}}`;
  return item(`.BR ${name} " (${metric.type})${braces}"`, metric.help);
}

/** @param {readonly string[]} pages @param {string} self */
function seeAlso(pages, self) {
  const all = [...new Set([...(self === 'wcache(8)' ? [] : ['wcache(8)']), ...pages])];
  /** @param {string} page */
  const key = (page) => `${pageParts(page).section} ${pageParts(page).name}`;
  const sorted = all.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return [
    '.SH "SEE ALSO"',
    ...sorted.map((page, index) => pageLine(page, index === sorted.length - 1 ? '' : ',')),
  ];
}

/** @param {string} name @returns {never} */
function noDocument(name) {
  throw new Error(`src/documents/printed.ts does not tell what the verb of ${name} prints`);
}

/** @param {string} words separated by commas */
function bold(words) {
  const all = words.split(', ').map(literal);
  return all.length === 1 ? `.B ${all[0] ?? ''}` : `.BR ${all.join(' ", " ')}`;
}

/** @param {string} tag a line @param {string} text */
function item(tag, text) {
  return ['.TP', tag, ...sentences(text)];
}
