'use client';
import { lazy, Suspense } from 'react';
import { cn } from '@/lib/class-names';

const MarkdownContent = lazy(() => import('./markdown-content').then((module) => ({ default: module.MarkdownContent })));

/** What nothing but text can be made of needs no script. */
const MARKS = /[*_`[\]<>#|~\\\n!:]|^\s*(?:[-+]|\d+[.)])\s/;

/** Descriptions: emphasis, code, lists and links; never HTML, images or headings. Until its script is there, the text as it was typed. */
export const Markdown = ({ children, className }: { children: string; className?: string }) => (
  <div
    dir="auto"
    className={cn(
      'flex max-w-[72ch] flex-col gap-2 break-words [&_code]:rounded-chip [&_code]:bg-subtle [&_code]:px-1 [&_li]:ml-4 [&_ol]:list-decimal [&_pre]:overflow-x-auto [&_ul]:list-disc',
      className,
    )}
  >
    {MARKS.test(children) ? (
      <Suspense fallback={<p className="whitespace-pre-line">{children}</p>}>
        <MarkdownContent text={children} />
      </Suspense>
    ) : (
      <p>{children}</p>
    )}
  </div>
);
