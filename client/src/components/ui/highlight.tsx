/** Text of the search with `<em>` around what matched, HTML-escaped by the server: shown as text, the matches marked. */
const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
const unescape = (text: string): string => text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]!);

/** The text without its marks. */
export const plainText = (marked: string): string => unescape(marked.replaceAll(/<\/?em>/g, ''));

export const Match = ({ children }: { children: string }) => (
  <mark className="bg-warning-subtle text-inherit underline decoration-warning-mark decoration-1 underline-offset-2">{children}</mark>
);

export function Highlight({ text }: { text: string }) {
  return (
    <>
      {text
        .split(/(<em>.*?<\/em>)/s)
        .map((part, index) => (part.startsWith('<em>') ? <Match key={index}>{unescape(part.slice(4, -5))}</Match> : unescape(part)))}
    </>
  );
}
