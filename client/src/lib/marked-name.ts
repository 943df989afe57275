/** Characters that hide or turn text around, in names that sources give: shown as a mark each. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

export const showHidden = (name: string): string =>
  name.replaceAll(HIDDEN, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x20
      ? String.fromCodePoint(0x2400 + code)
      : code === 0x7f
        ? '␡'
        : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });

/** With its dot: quoted names may have dots of their own. */
const LAST_COMPONENT = /\.(?:"(?:[^"]|"")*"|[^."]*)$/u;

/** What is before the last component of a name, and that component with its dot. */
export function splitName(name: string): [string, string] {
  const at = LAST_COMPONENT.exec(name)?.index ?? 0;
  return [name.slice(0, at), name.slice(at)];
}
