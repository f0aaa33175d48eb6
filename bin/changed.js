/**
 * A text with some of it replaced. That of which there is not exactly one is an error: what was expected there has changed.
 *
 * @param {string} text
 * @param {[from: string, to: string][]} changes
 */
export function changed(text, changes) {
  return changes.reduce((before, [from, to]) => {
    const [head, tail, ...more] = before.split(from);
    if (tail === undefined || more.length > 0) throw new Error(`This is expected once: ${from}`);
    return head + to + tail;
  }, text);
}
