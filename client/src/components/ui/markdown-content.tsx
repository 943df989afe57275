import MarkdownToJsx from 'markdown-to-jsx';
import type { ReactNode } from 'react';

const SAFE = /^(https?:|mailto:)/i;

const Text = ({ children }: { children?: ReactNode }) => <>{children}</>;
const Paragraph = ({ children }: { children?: ReactNode }) => <p>{children}</p>;

/** Links of people and sources: http, https and mailto only; others stay text. */
function SafeLink({ href, children }: { href?: string; children?: ReactNode }) {
  if (!href || !SAFE.test(href.trim())) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="text-primary-text underline underline-offset-2">
      {children}
    </a>
  );
}

const HEADINGS = Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, { component: Paragraph }]));

/** See `Markdown`. */
export const MarkdownContent = ({ text }: { text: string }) => (
  <MarkdownToJsx
    options={{
      disableParsingRawHTML: true,
      forceBlock: true,
      forceWrapper: true,
      wrapper: Text,
      overrides: {
        ...HEADINGS,
        a: { component: SafeLink },
        img: { component: Text },
        iframe: { component: Text },
        input: { component: Text },
      },
    }}
  >
    {text}
  </MarkdownToJsx>
);
