/** Text as one word of a POSIX shell, of bash and of zsh: nothing in it means anything to them. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text as one word of fish, whose single quotes know a backslash. */
export function fishWord(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

/** Text inside a specification of zsh's `_arguments`, `_describe` or `_values`, where a colon or a bracket would end it. */
export function zshSpecText(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, '\\$&');
}

/** A sentence as a listing shows it: on one line, and without the full stop. */
export function listingText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}
