'use client';
import { ChevronsUpDown } from 'lucide-react';
import Link from 'next/link';
import { useContext } from 'react';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { describeError } from '@/lib/errors';
import { plural } from '@/lib/format';
import { showHidden } from '@/lib/marked-name';
import { IconButton } from './ui/button';
import { KindIcon } from './ui/kind';
import { Menu, MENU_ITEM, MenuItem, MenuLine, MenuParts, MenuText } from './ui/menu';

const CRUMB_SOURCES = graphql(`
  query CrumbSources {
    sources(first: 50) {
      totalCount
      nodes {
        id
        name
      }
    }
  }
`);
const CRUMB_SIBLINGS = graphql(`
  query CrumbSiblings($id: ID!) {
    asset(id: $id) {
      id
      kind
      source {
        id
      }
      parent {
        id
        children(first: 50) {
          totalCount
          nodes {
            id
            kind
            displayName
          }
        }
      }
    }
  }
`);
const CRUMB_TOP = graphql(`
  query CrumbTop($sourceIds: [ID!], $kinds: [AssetKind!]) {
    assets(first: 50, filter: { sourceIds: $sourceIds, kinds: $kinds }, orderBy: { field: NAME, direction: ASC }) {
      totalCount
      nodes {
        id
        kind
        displayName
      }
    }
  }
`);

/** `href`: the crumb's own, `/sources/…` or `/assets/…`. Its siblings are asked for when the menu is opened. */
export function CrumbMenu({ label, href }: { label: string; href: string }) {
  const [, of, id = ''] = href.split('/');
  return (
    <Menu
      align="start"
      trigger={
        <IconButton
          size="small"
          label={`Beside ${showHidden(label)}`}
          className="-mx-1 text-fg-3"
          icon={<ChevronsUpDown className="size-3" strokeWidth={1.6} />}
        />
      }
    >
      {of === 'sources' ? <Sources id={id} /> : <Siblings id={id} />}
    </Menu>
  );
}

function Sources({ id }: { id: string }) {
  const [{ data, error }, again] = useQuery({ query: CRUMB_SOURCES });
  const list = data?.sources;
  return (
    <SiblingItems
      currentId={id}
      items={list?.nodes.map((source) => ({ id: source.id, name: source.name, href: `/sources/${source.id}` }))}
      total={list?.totalCount}
      moreHref="/sources"
      error={list ? undefined : error}
      onRetry={() => again({ requestPolicy: 'network-only' })}
    />
  );
}

function Siblings({ id }: { id: string }) {
  const [{ data, error }, again] = useQuery({ query: CRUMB_SIBLINGS, variables: { id } });
  const asset = data?.asset;
  // What has nothing above it stands at the top of its source.
  const [{ data: top, error: topError }, topAgain] = useQuery({
    query: CRUMB_TOP,
    variables: { sourceIds: [asset?.source?.id ?? ''], kinds: asset && [asset.kind] },
    pause: !asset?.source || Boolean(asset.parent),
  });
  const list = asset?.parent?.children ?? top?.assets;
  return (
    <SiblingItems
      currentId={id}
      items={list?.nodes.map((each) => ({ id: each.id, name: each.displayName, kind: each.kind, href: `/assets/${each.id}` }))}
      total={list?.totalCount}
      moreHref={`/search?view=browse&at=${asset?.parent?.id ?? asset?.source?.id ?? ''}`}
      error={list ? undefined : (error ?? topError)}
      onRetry={() => (asset ? topAgain : again)({ requestPolicy: 'network-only' })}
    />
  );
}

type Item = { id: string; name: string; kind?: string; href: string };
type ItemsProps = {
  currentId: string;
  /** Undefined: not yet. */
  items: readonly Item[] | undefined;
  total: number | null | undefined;
  /** Where the rest of them is. */
  moreHref: string;
  error?: Error;
  onRetry: () => void;
};

/** What stands in the menu, in each of its states. */
export function SiblingItems({ currentId, items, total, moreHref, error, onRetry }: ItemsProps) {
  if (error) {
    return (
      <>
        <MenuText>{describeError(error, 'The list').title}</MenuText>
        <MenuItem onSelect={onRetry}>Try again</MenuItem>
      </>
    );
  }
  if (!items) return <MenuText>Loading</MenuText>;
  const more = (total ?? 0) - items.length;
  return (
    <>
      {items.map(({ id, name, kind, href }) => (
        <LinkItem key={id} href={href} isCurrent={id === currentId}>
          {kind && <KindIcon kind={kind} />}
          <bdi className="max-w-80 truncate">{showHidden(name)}</bdi>
        </LinkItem>
      ))}
      {items.length < 2 && <MenuText>{items.length === 0 ? 'Nothing to be seen here' : 'Nothing else beside it'}</MenuText>}
      {more > 0 && (
        <>
          <MenuLine />
          <LinkItem href={moreHref}>{plural(more, 'more', 'more')}</LinkItem>
        </>
      )}
    </>
  );
}

/** A link, so that it can be opened beside. */
function LinkItem({ href, isCurrent = false, children }: { href: string; isCurrent?: boolean; children: React.ReactNode }) {
  const Parts = useContext(MenuParts)!;
  return (
    <Parts.Item asChild>
      <Link href={href} prefetch={false} aria-current={isCurrent || undefined} className={`${MENU_ITEM} aria-[current=true]:font-semibold`}>
        {children}
      </Link>
    </Parts.Item>
  );
}
