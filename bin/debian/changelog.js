/**
 * @typedef {object} Release
 * @property {string} version
 * @property {Date} date
 * @property {string[]} changes each in one line
 */

/**
 * What CHANGELOG.md tells of the releases that have a date, the newest first.
 *
 * @param {string} text
 * @returns {Release[]}
 */
export function releases(text) {
  return text.split(/^(?=## )/m).flatMap((section) => {
    const head = /^## (?<version>\S+) \((?<date>\d{4}-\d{2}-\d{2})\)$/m.exec(section)?.groups;
    if (head === undefined) return [];
    const { version = '', date = '' } = head;
    return [{ version, date: new Date(`${date}T00:00:00Z`), changes: changesIn(section) }];
  });
}

/**
 * The changelog as Debian has it.
 *
 * @param {readonly Release[]} all
 * @param {string} owner `Name <address>`
 */
export function debianChangelog(all, owner) {
  return all
    .map(({ version, date, changes }) => {
      const items = changes.map((change) => wrapped(change)).join('\n');
      return `wcache (${version}) unstable; urgency=medium\n\n${items}\n\n -- ${owner}  ${mailDate(date)}\n`;
    })
    .join('\n');
}

/** @param {string} section */
function changesIn(section) {
  return section
    .split(/^- /m)
    .slice(1)
    .map((item) => item.replaceAll(/[`*]/g, '').replaceAll(/\s+/g, ' ').trim());
}

/** @param {string} change */
function wrapped(change) {
  /** @type {string[]} */
  const lines = [];
  let line = '  *';
  for (const word of change.split(' ')) {
    if (line.length + 1 + word.length > 79) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

/** @param {Date} date */
function mailDate(date) {
  return date.toUTCString().replace('GMT', '+0000');
}
