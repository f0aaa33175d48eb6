/** Text from outside, such as a mapping's name, without what a terminal would act on: `\x1b` stands for an escape. */
export function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
