import MarkdownToJsx from 'markdown-to-jsx';
import type { ReactNode } from 'react';
import { cn } from '@/lib/class-names';

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

/** Descriptions: emphasis, code, lists and links; never HTML, images or headings. */
export const Markdown = ({ children, className }: { children: string; className?: string }) => (
  <div
    dir="auto"
    className={cn(
      'flex max-w-[72ch] flex-col gap-2 break-words [&_code]:rounded-chip [&_code]:bg-subtle [&_code]:px-1 [&_li]:ml-4 [&_ol]:list-decimal [&_pre]:overflow-x-auto [&_ul]:list-disc',
      className,
    )}
  >
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
      {children}
    </MarkdownToJsx>
  </div>
);
