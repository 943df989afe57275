'use client';
import { useState, type ReactNode } from 'react';
import { Check, Copy } from 'lucide-react';
import Link from 'next/link';
import { cn } from '@/lib/class-names';
import { copyText } from '@/lib/copy-text';
import { IconButton } from './button';

const SQL_WORDS =
  'all|alter|and|any|as|asc|between|by|case|cast|create|cross|cube|current|delete|desc|distinct|else|end|except|exists|false|fetch|filter|first|for|from|full|function|group|grouping|having|if|ilike|in|inner|insert|intersect|into|is|join|lateral|left|like|limit|materialized|natural|not|null|offset|on|only|or|order|outer|over|partition|recursive|replace|returning|right|rollup|rows|select|set|sets|similar|some|table|then|to|true|union|unique|update|using|values|view|when|where|window|with|within';
/** In this order: comment, string (also quoted names), number, word. */
const SQL = new RegExp(
  String.raw`(--[^\n]*|/\*[\s\S]*?\*/)|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\b\d+(?:\.\d+)?\b)|\b(${SQL_WORDS})\b`,
  'gi',
);
const JSON_TOKENS = /()("(?:[^"\\]|\\.)*")(?=\s*:)|("(?:[^"\\]|\\.)*")|(-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|\b(true|false|null)\b/gi;

type Token = { text: string; className?: string };

/** Longer ones are shown plain: colouring is for reading, and nobody reads so much. */
const MOST_COLOURED = 50_000;

function tokensOf(code: string, language: 'sql' | 'json' | 'text'): Token[] {
  if (language === 'text' || code.length > MOST_COLOURED) return [{ text: code }];
  const tokens: Token[] = [];
  let at = 0;
  for (const match of code.matchAll(language === 'sql' ? SQL : JSON_TOKENS)) {
    if (match.index > at) tokens.push({ text: code.slice(at, match.index) });
    const [text, comment, string, other, number, word] = match;
    const isString = language === 'sql' ? string : other;
    tokens.push({
      text,
      className: comment ? 'text-fg-3' : word ? 'font-semibold' : isString ? 'text-ok-text' : number ? 'text-fg-2' : undefined,
    });
    at = match.index + text.length;
  }
  tokens.push({ text: code.slice(at) });
  return tokens;
}

/** `from`, `to`: in UTF-16 units of the code, in order and apart. */
export type CodeLink = { from: number; to: number; href: string; title: string };

/** Each token with its look, and what of it leads somewhere as a link. A link lies within one token. */
function drawTokens(tokens: readonly Token[], links: readonly CodeLink[]): ReactNode[] {
  let at = 0;
  return tokens.map(({ text, className }, index) => {
    const start = at;
    at += text.length;
    const parts: ReactNode[] = [];
    let done = 0;
    for (const { from, to, href, title } of links.filter((link) => link.from >= start && link.to <= at)) {
      parts.push(
        text.slice(done, from - start),
        <Link key={from} href={href} title={title} prefetch={false} className="text-primary-text underline underline-offset-2">
          {text.slice(from - start, to - start)}
        </Link>,
      );
      done = to - start;
    }
    parts.push(text.slice(done));
    return className ? (
      <span key={index} className={className}>
        {parts}
      </span>
    ) : (
      parts
    );
  });
}

type Props = {
  code: string;
  language?: 'sql' | 'json' | 'text';
  label: string;
  className?: string;
  numbered?: boolean;
  links?: readonly CodeLink[];
};
const NO_LINKS: readonly CodeLink[] = [];

/** Scrolls sideways, copies; lines are numbered from eight on. */
export function CodeBlock({ code, language = 'text', label, className, numbered = code.split('\n').length >= 8, links = NO_LINKS }: Props) {
  const [isCopied, setCopied] = useState(false);
  const lines = code.split('\n').length;
  const Icon = isCopied ? Check : Copy;
  return (
    <div className={cn('flex min-w-0 items-start rounded-control border border-line bg-subtle', className)}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <div className="min-w-0 flex-1 overflow-x-auto" tabIndex={0} role="region" aria-label={label}>
        <pre className="flex min-w-max gap-3 p-3 text-small leading-[18px]">
          {numbered && (
            <span aria-hidden className="text-right whitespace-pre text-fg-3 select-none">
              {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
            </span>
          )}
          <code dir="ltr">{drawTokens(tokensOf(code, language), links)}</code>
        </pre>
      </div>
      {/* Beside the code: over it, it would hide what one line says. */}
      <IconButton
        size="small"
        className="m-1.5"
        label={isCopied ? 'Copied' : 'Copy'}
        icon={<Icon className="size-3.5" strokeWidth={1.6} />}
        onClick={() => void copyText(code).then(() => setCopied(true))}
      />
    </div>
  );
}
