'use client';
import { Check, ChevronRight, Tag, X } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useMutation } from 'urql';
import { LabelChip } from '@/components/ui/badge';
import { IconButton } from '@/components/ui/button';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { SeverityWord } from '@/components/ui/severity';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { LabelState, NeedsLabelFragment, NeedsReviewFragment, NeedsViolationFragment } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import { formatCount } from '@/lib/format';
import { useViewer } from '@/lib/viewer';

graphql(`
  fragment NeedsViolation on Violation {
    id
    severity
    status
    message
    raisedAt
    asset {
      id
      name
      path
      owners {
        role
        user {
          id
          name
        }
        team {
          id
          name
        }
      }
    }
    column {
      id
      name
    }
  }
`);
graphql(`
  fragment NeedsReview on Source {
    id
    name
    assetCount
    owners {
      role
      user {
        id
        name
      }
      team {
        id
        name
      }
    }
    lastRun {
      id
      status
      startedAt
      queuedAt
      pendingDeletions(first: 1) {
        totalCount
      }
    }
  }
`);
graphql(`
  fragment NeedsLabel on Column {
    id
    name
    updatedAt
    labels {
      id
      state
      confidence
      label {
        id
        name
      }
    }
    asset {
      id
      name
      path
      source {
        id
      }
      domain {
        id
      }
      owners {
        role
        user {
          id
          name
        }
        team {
          id
          name
        }
      }
    }
  }
`);
const LABEL_ROW_DECIDE = graphql(`
  mutation LabelRowDecide($input: SetColumnLabelInput!) {
    setColumnLabel(input: $input) {
      cursor
      column {
        id
        labels {
          id
          state
          confidence
          label {
            id
            name
          }
        }
      }
    }
  }
`);

type Cells = { mark: ReactNode; children: ReactNode; owner: ReactNode; end: ReactNode };
const LINK = 'min-w-0 after:absolute after:inset-0 group-hover:underline';

/** Kind, what, whose, since when: the same columns for all three kinds. */
const Row = ({ mark, children, owner, end }: Cells) => (
  <li className="group relative flex min-h-(--row) items-center gap-3 px-3 hover:bg-hover focus-within:bg-hover max-sm:min-h-[52px]">
    <span className="w-[84px] shrink-0 max-sm:w-5 max-sm:overflow-hidden">{mark}</span>
    <span className="flex min-w-0 flex-1 items-center gap-2 max-sm:flex-col max-sm:items-start max-sm:gap-0">{children}</span>
    <span className="w-[148px] shrink-0 text-fg-2 max-md:hidden">{owner}</span>
    <span className="flex w-[88px] shrink-0 items-center justify-end gap-1.5 text-small text-fg-3 max-sm:w-auto">{end}</span>
  </li>
);
const Go = () => <ChevronRight aria-hidden className="size-3 text-fg-3" strokeWidth={1.6} />;

const placeOf = (path: readonly string[], column?: string): string =>
  [...(path.length > 2 ? path.slice(1) : path), ...(column ? [column] : [])].join('.');

export function ViolationRow({ violation: { id, severity, message, asset, column, raisedAt } }: { violation: NeedsViolationFragment }) {
  if (!asset) return null;
  const name = column?.name ?? asset.path.at(-1);
  // “What is wrong. What to do.”: the details say the second; the name stands beside it.
  const finding = message.slice(0, message.lastIndexOf('. ') < 0 ? undefined : message.lastIndexOf('. ')).replace(` "${name}"`, '');
  return (
    <Row
      mark={<SeverityWord severity={severity} />}
      owner={<Owners owners={asset.owners} className="max-w-full" />}
      end={
        <>
          <Time at={raisedAt} /> <Go />
        </>
      }
    >
      <Link href={`/violations?violation=${id}`} className={`${LINK} max-w-full shrink-0 truncate font-medium sm:max-w-[65%]`}>
        <bdi>{finding}</bdi>
      </Link>
      <Name name={placeOf(asset.path, column?.name)} className="text-small text-fg-2" />
    </Row>
  );
}

export function ReviewRow({ source: { name, assetCount, owners, lastRun } }: { source: NeedsReviewFragment }) {
  if (!lastRun) return null;
  const held = lastRun.pendingDeletions.totalCount ?? 0;
  return (
    <Row
      mark={
        <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <StatusMark status="NEEDS_REVIEW" /> Review
        </span>
      }
      owner={<Owners owners={owners} className="max-w-full" />}
      end={
        <>
          <Time at={lastRun.startedAt ?? lastRun.queuedAt} /> <Go />
        </>
      }
    >
      <Link href={`/runs/${lastRun.id}`} className={`${LINK} truncate font-medium`}>
        <bdi>{name}</bdi> would delete {formatCount(held)} of {formatCount(assetCount)} assets
      </Link>
    </Row>
  );
}

export function LabelRow({ column: { id, name, labels, asset } }: { column: NeedsLabelFragment }) {
  const { maySteward } = useViewer();
  const [, decide] = useMutation(LABEL_ROW_DECIDE);
  const suggestion = labels?.find(({ state }) => state === 'SUGGESTED');
  if (!suggestion) return null;
  const { label, confidence } = suggestion;
  const set = async (state: LabelState) => {
    const { error } = await decide({ input: { columnId: id, label: label.name, state } });
    if (error) return toast({ title: `${label.name} was not decided`, text: errorText(error), stays: true });
    if (state === 'SUGGESTED') return;
    toast({
      title: `${label.name} ${state === 'CONFIRMED' ? 'confirmed' : 'rejected'} on ${name}`,
      action: { label: 'Undo', run: () => void set('SUGGESTED') },
    });
  };
  return (
    <Row
      mark={
        <span className="inline-flex items-center gap-1.5 text-fg-2">
          <Tag aria-hidden className="size-3.5 text-fg-3" strokeWidth={1.6} /> Label
        </span>
      }
      owner={<Owners owners={asset.owners} className="max-w-full" />}
      end={
        maySteward({ sourceId: asset.source?.id, domainId: asset.domain?.id }) ? (
          <span className="relative flex gap-1">
            <IconButton
              label={`Confirm ${label.name} on ${name}`}
              size="small"
              icon={<Check className="size-3.5" strokeWidth={1.6} />}
              onClick={() => void set('CONFIRMED')}
            />
            <IconButton
              label={`Reject ${label.name} on ${name}`}
              size="small"
              icon={<X className="size-3.5" strokeWidth={1.6} />}
              onClick={() => void set('REJECTED')}
            />
          </span>
        ) : (
          <Go />
        )
      }
    >
      <Link href={`/assets/${asset.id}`} className={LINK}>
        <Name name={placeOf(asset.path, name)} title={`${asset.name}.${name}`} className="font-medium" />
      </Link>
      <LabelChip name={label.name} state="SUGGESTED" confidence={confidence} />
    </Row>
  );
}
