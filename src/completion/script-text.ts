/**
 * The text of a shell script as it stands there, backslashes and all; but for `$\{` and `` \` ``, which are what TypeScript would
 * take for its own without the backslash.
 */
export function scriptText(text: TemplateStringsArray): string {
  return (text.raw[0] ?? '').replace(/^\n/, '').replaceAll('$\\{', '${').replaceAll('\\`', '`');
}
