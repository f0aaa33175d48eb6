/** @typedef {import('../third-party.js').ThirdParty} ThirdParty */

/** Debian's names for licences, and where each text begins, behind its title and the names of its owners. */
const SHORT_NAMES = /** @type {const} */ ([
  ['MIT', 'Expat', /^Permission is hereby granted, free of charge/im],
  ['ISC', 'ISC', /^Permission to use, copy, modify,/im],
  ['Apache-2.0', 'Apache-2.0', /^\s*Apache License/im],
  ['BlueOak-1.0.0', 'BlueOak-1.0.0', /^# Blue Oak Model License/im],
]);

const GPL = ` This program is free software; you can redistribute it and/or modify it under
 the terms of the GNU General Public License as published by the Free Software
 Foundation; either version 2 of the License, or (at your option) any later
 version.
 .
 This program is distributed in the hope that it will be useful, but WITHOUT ANY
 WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A
 PARTICULAR PURPOSE. See the GNU General Public License for more details.
 .
 On Debian systems, the full text is in /usr/share/common-licenses/GPL-2.`;

const APACHE = ` On Debian systems, the full text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.`;

const COMMENT = `The scripts in /usr/share/wcache/dist/bundle hold code of npm packages, which are
 named here by where they lie in the sources of a build.`;

/**
 * The copyright file, in the form of DEP-5. Packages of the same owners and licence are together.
 *
 * @param {string} thirdParty dist/third-party.json
 * @param {Date} date of the release
 * @param {string} owner
 */
export function copyrightFile(thirdParty, date, owner) {
  /** @type {ThirdParty[]} */
  const packages = JSON.parse(thirdParty);
  const licences = new Licences();
  /** @type {Map<string, ThirdParty[]>} */
  const alike = new Map();
  for (const each of packages) {
    const terms = `Copyright: ${owners(each).join('\n           ')}\nLicense: ${licences.nameOf(each)}`;
    alike.set(terms, [...(alike.get(terms) ?? []), each]);
  }
  const stanzas = [...alike].map(([terms, group]) => {
    const files = [...new Set(group.map(({ name }) => `node_modules/${name}/*`))];
    return `Files: ${files.join('\n       ')}\n${terms}`;
  });
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: wcache\n' +
      `Upstream-Contact: ${owner}\nSource: the npm package wcache\nComment: ${COMMENT}`,
    `Files: *\nCopyright: ${String(date.getUTCFullYear())} the wcache authors\nLicense: GPL-2+`,
    ...stanzas,
    `License: GPL-2+\n${GPL}`,
    ...licences.paragraphs,
  ]
    .map((stanza) => `${stanza}\n`)
    .join('\n');
}

/** The licence texts, each under a name of its own: two that differ in a word are two. */
class Licences {
  /** @type {Map<string, { name: string, text: string }>} by the text, however it is broken into lines */
  #known = new Map();

  /** @param {ThirdParty} each */
  nameOf({ name, license, text }) {
    const short = SHORT_NAMES.find(([spdx]) => spdx === license)?.[1];
    const at = beginOf(license, text);
    if (short === undefined || at === -1) {
      throw new Error(`Debian's copyright file has no name for the licence of ${name} (${license}).`);
    }
    if (short === 'Apache-2.0') return this.#named(short, 'apache', APACHE);
    const own = text.slice(at);
    const key = own
      .replaceAll(/[^a-z0-9]+/gi, ' ')
      .toLowerCase()
      .trim();
    const sameName = [...this.#known.values()].filter((known) => known.name.startsWith(short)).length;
    return this.#named(sameName === 0 ? short : `${short}-${name.replaceAll(/\W+/g, '-')}`, key, folded(own));
  }

  get paragraphs() {
    return [...this.#known.values()].map(({ name, text }) => `License: ${name}\n${text}`);
  }

  /** @param {string} name @param {string} key @param {string} text */
  #named(name, key, text) {
    const known = this.#known.get(key) ?? { name, text };
    this.#known.set(key, known);
    return known.name;
  }
}

/** Who is named before the licence's own words; where nobody is, the author of the package. */
function owners(/** @type {ThirdParty} */ { name, license, author, text }) {
  const lines = text
    .slice(0, beginOf(license, text))
    .split('\n')
    .map((line) => /\bcopyright (?:\(c\) ?)?(?<owner>.*\S)/i.exec(line)?.groups?.['owner'] ?? '')
    .filter((owner) => owner !== '');
  if (lines.length === 0) return [author === '' ? `the authors of ${name}` : author];
  return [...new Set(lines)];
}

/** Where the licence's own words begin; -1 where they do not. */
function beginOf(/** @type {string} */ license, /** @type {string} */ text) {
  const begin = SHORT_NAMES.find(([spdx]) => spdx === license)?.[2];
  return begin === undefined ? -1 : text.search(begin);
}

/** As a field's further lines are written. */
function folded(/** @type {string} */ text) {
  return text
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n');
}
