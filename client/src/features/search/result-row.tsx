'use client';
import Link from 'next/link';
import type { KeyboardEvent } from 'react';
import { LabelChip } from '@/components/ui/badge';
import { Highlight } from '@/components/ui/highlight';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { SEVERITIES, SeverityMark } from '@/components/ui/severity';
import { formatCount, formatEnum, plural } from '@/lib/format';
import { showHidden } from '@/lib/marked-name';
import { readHighlights, type HitTexts } from './hit-texts';
import type { Result } from './use-results';

const MOST_LABELS = 3;

type Props = { result: Result; tabIndex: number; onKeyDown: (event: KeyboardEvent) => void };

/** Three lines: what it is called, what it is about, where it is. The link lies over the whole row where a tap opens it. */
export function ResultRow({ result: { asset, highlights }, tabIndex, onKeyDown }: Props) {
  const texts = readHighlights(highlights, asset);
  const count = asset.columns?.totalCount ?? 0;
  return (
    <div className="flex gap-2.5 px-5 py-2 max-sm:px-3">
      <KindIcon kind={asset.kind} isNamed className="mt-[3px] size-4" />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            href={`/assets/${asset.id}`}
            tabIndex={tabIndex}
            onKeyDown={onKeyDown}
            prefetch={false}
            title={showHidden(asset.name)}
            className="flex min-w-0 font-medium outline-none hover:underline max-sm:after:absolute max-sm:after:inset-0"
          >
            <ResultName name={asset.name} texts={texts} />
          </Link>
          <Labels labels={asset.labels} className="max-sm:hidden" />
        </div>
        <p className="truncate text-fg-2 max-sm:line-clamp-2 max-sm:whitespace-normal">
          <About texts={texts} text={asset.description ?? asset.sourceDescription} />
        </p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-1.5 gap-y-1 text-small text-fg-3">
          <Violations violations={asset.violations} className="sm:hidden" />
          <Labels labels={asset.labels} className="sm:hidden" />
          <span className="max-sm:sr-only">{formatEnum(asset.kind)}</span>
          {asset.source && (
            <span className="min-w-0 truncate">
              <span className="max-sm:hidden">in </span>
              <bdi>{asset.source.name}</bdi>
            </span>
          )}
          {count > 0 && <span className="max-sm:hidden">· {plural(count, 'column')}</span>}
        </p>
      </div>
      <div className="flex w-44 shrink-0 flex-col items-end gap-0.5 text-fg-2 max-md:w-32 max-sm:hidden">
        <Owners owners={asset.owners} className="max-w-full" />
        <Violations violations={asset.violations} word="open" />
      </div>
    </div>
  );
}

/** As `Name`, with what matched marked: too long, its beginning is cut. */
function ResultName({ name, texts: { prefix, title } }: { name: string; texts: HitTexts }) {
  if (!title) return <Name name={name} />;
  return (
    <bdi dir="auto" className="inline-flex max-w-full min-w-0 font-mono">
      {prefix && <span className="min-w-0 shrink-[999] truncate">{showHidden(prefix)}</span>}
      <span data-tail={prefix ? '' : undefined} className="min-w-0 truncate">
        <Highlight text={showHidden(title)} />
      </span>
    </bdi>
  );
}

/** What of the description matched; or else the columns that did, when the name does not say why it was found. */
function About({ texts, text }: { texts: HitTexts; text?: string | null }) {
  if (texts.description) return <Highlight text={texts.description} />;
  const others = [...texts.columns, ...texts.words];
  if (!texts.title && others.length > 0) {
    return (
      <>
        {texts.columns.length > 0 ? `${texts.columns.length > 1 ? 'columns' : 'column'} ` : ''}
        {others.map((marked, index) => (
          <span key={marked}>
            {index > 0 && ', '}
            <span className="font-mono">
              <Highlight text={showHidden(marked)} />
            </span>
          </span>
        ))}
      </>
    );
  }
  return text ? <bdi>{text}</bdi> : <span className="text-fg-3">No description</span>;
}

export function Labels({ labels, className }: { labels?: readonly { name: string }[] | null; className?: string }) {
  if (!labels || labels.length === 0) return null;
  return (
    <span className={className}>
      <span className="flex min-w-0 items-center gap-1">
        {labels.slice(0, MOST_LABELS).map(({ name }) => (
          <LabelChip key={name} name={name} />
        ))}
        {labels.length > MOST_LABELS && (
          <span title={labels.map(({ name }) => name).join(', ')} className="text-small whitespace-nowrap text-fg-3">
            +{labels.length - MOST_LABELS}
          </span>
        )}
      </span>
    </span>
  );
}

type ViolationsProps = {
  violations?: { totalCount?: number | null; nodes: readonly { severity: (typeof SEVERITIES)[number] }[] } | null;
  word?: string;
  className?: string;
};

/** The worst of the open ones, and how many there are. */
export function Violations({ violations, word, className }: ViolationsProps) {
  const worst = SEVERITIES.find((severity) => violations?.nodes.some((each) => each.severity === severity));
  if (!violations || !worst) return null;
  const count = violations.totalCount ?? violations.nodes.length;
  return (
    <span className={className}>
      <span className="inline-flex items-center gap-1.5 whitespace-nowrap text-fg-2">
        <SeverityMark severity={worst} />
        {formatCount(count)} {word ?? <span className="sr-only">open violations</span>}
      </span>
    </span>
  );
}
