/** How large a pattern gets when it is compiled: a repeat of `{n,m}` is written out m times, and repeats within repeats multiply. */

/** `sets`: what of it can match many letters, or is repeated; only such costs time with every letter of a name. `all`: literal letters, too. */
type Size = { sets: number; all: number };

const LETTER: Size = { sets: 0, all: 1 };
const SET: Size = { sets: 1, all: 1 };
const NOTHING: Size = { sets: 0, all: 0 };

const CLASS = /\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/y;
const QUOTED = /\\Q[\s\S]*?(?:\\E|$)/y;
const ESCAPED_SET = /\\(?:[pP](?:\{[^}]*\}|.)|[dDsSwW])/y;
const ESCAPED = /\\(?:x\{[^}]*\}|[\s\S])/y;
const GROUP = /\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:?))?/y;
const REPEAT = /\{(\d+)(?:,(\d*))?\}/y;

/** Reads as RE2 does; of what is no pattern it says anything. */
export function sizeOf(pattern: string): number {
  const open: Size[] = [{ ...NOTHING }];
  let last = NOTHING;
  const add = (size: Size): void => {
    const group = open.at(-1)!;
    group.sets += size.sets;
    group.all += size.all;
  };
  const replaceLast = (size: Size): void => {
    add({ sets: size.sets - last.sets, all: size.all - last.all });
    last = size;
  };
  for (let at = 0; at < pattern.length;) {
    const read = (token: RegExp): RegExpExecArray | null => {
      token.lastIndex = at;
      return token.exec(pattern);
    };
    const repeat = read(REPEAT);
    const token = repeat ?? read(QUOTED) ?? read(ESCAPED_SET) ?? read(ESCAPED) ?? read(CLASS) ?? read(GROUP);
    const text = token?.[0] ?? pattern[at]!;
    at += text.length;
    if (repeat) {
      const times = Math.max(1, Number(repeat[1]), Number(repeat[2] ?? 0));
      replaceLast({ sets: last.all * times, all: last.all * times });
    } else if (/^[*+?]$/.test(text)) replaceLast({ sets: last.sets + 1, all: last.all + 1 });
    else if (text.startsWith('(')) {
      open.push({ ...NOTHING });
      last = NOTHING;
    } else if (text === ')' && open.length > 1) {
      const { sets, all } = open.pop()!;
      // An empty group, too, is written out again and again.
      last = { sets, all: Math.max(1, all) };
      add(last);
    } else {
      last = text === '.' || text.startsWith('[') || (token && /^\\[pPdDsSwW]/.test(text)) ? SET : LETTER;
      // Of what is quoted the last letter is what is repeated.
      add({ ...last, all: text.startsWith('\\Q') ? text.length : 1 });
    }
  }
  return open.reduce((sum, { sets }) => sum + sets, 0);
}
