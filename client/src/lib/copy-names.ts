/**
 * A name stands in two boxes, so that its last component (`data-tail`) can stay whole; for a browser these are two lines. Names that were marked
 * are copied in one. Gives what ends it.
 */
export function copyNamesWhole(): () => void {
  document.addEventListener('copy', onCopy);
  return () => document.removeEventListener('copy', onCopy);
}

function onCopy(event: ClipboardEvent): void {
  const selection = getSelection();
  if (event.defaultPrevented || !selection || selection.rangeCount === 0) return;
  const marked = selection.getRangeAt(0);
  const tails = [...document.querySelectorAll('[data-tail]')].filter(
    (tail) => marked.intersectsNode(tail) && marked.intersectsNode(tail.previousSibling!),
  );
  const text = tails.reduce((before, tail) => joinBefore(before, markedPart(tail, marked)), String(selection));
  if (tails.length === 0) return;
  event.clipboardData?.setData('text/plain', text);
  event.preventDefault();
}

const joinBefore = (text: string, tail: string): string => (tail ? text.replace(`\n${tail}`, () => tail) : text);

function markedPart(tail: Element, marked: Range): string {
  const part = document.createRange();
  part.selectNodeContents(tail);
  if (tail.contains(marked.endContainer)) part.setEnd(marked.endContainer, marked.endOffset);
  return part.toString();
}
