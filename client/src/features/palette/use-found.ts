'use client';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { plainText } from '@/components/ui/highlight';
import { graphql } from '@/gql';
import { useTeams, useUsers } from '@/lib/lists';
import { listSearches } from '@/lib/recent-searches';
import { useViewer } from '@/lib/viewer';
import type { Entry, Mode } from './palette-groups';
import { listVisited } from './recent';

const PALETTE_ASSETS = graphql(`
  query PaletteAssets($query: String!) {
    search(query: $query, first: 10) {
      didYouMean
      nodes {
        highlights
        asset {
          ...PaletteAsset
        }
      }
    }
  }

  fragment PaletteAsset on Asset {
    id
    kind
    name
    displayName
    path
    source {
      id
      name
    }
  }
`);
const PALETTE_RECENT = graphql(`
  query PaletteRecent($ids: [ID!]!) {
    assetsById(ids: $ids) {
      ...PaletteAsset
    }
  }
`);
const PALETTE_TAGS = graphql(`
  query PaletteTags($prefix: String!) {
    tags(prefix: $prefix, first: 8) {
      nodes {
        id
        name
        assetCount
      }
    }
  }
`);

const TYPING_MS = 150;
type Asset = { id: string; kind: string; name: string; displayName: string; path: readonly string[]; source?: { name: string } | null };
type AssetEntry = Entry & { fullName: string };

const toEntry = ({ id, kind, name, displayName, path, source }: Asset, marked?: string): AssetEntry => ({
  id,
  kind,
  name: displayName,
  fullName: name,
  isMono: true,
  href: `/assets/${id}`,
  hint: [...(source ? [source.name] : []), ...path.slice(0, -1)].join(' / '),
  ...(marked !== undefined && plainText(marked) === displayName && { marked }),
});

/** What the API has for the text, once typing rests; what was found before stays meanwhile. */
export function useFound(mode: Mode, text: string) {
  const { viewer } = useViewer();
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const [ids] = useState(() => listVisited(viewer.id));
  const [searches] = useState(() => listSearches(viewer.id));
  const [recent] = useQuery({ query: PALETTE_RECENT, variables: { ids }, pause: ids.length === 0 });
  const [assets] = useQuery({ query: PALETTE_ASSETS, variables: { query: asked }, pause: mode !== 'all' || asked === '' });
  const [tags] = useQuery({ query: PALETTE_TAGS, variables: { prefix: asked }, pause: mode !== 'tags' });
  const [teams, users] = [useTeams({ pause: mode !== 'owners' }), useUsers({ pause: mode !== 'owners' })];
  const current = mode === 'tags' ? tags : assets;
  return {
    recent: (recent.data?.assetsById ?? []).flatMap((asset) => (asset ? [toEntry(asset)] : [])),
    assets: (assets.data?.search?.nodes ?? []).map(({ asset, highlights }) => toEntry(asset, highlights[0])),
    searches,
    suggestion: assets.data?.search?.didYouMean ?? null,
    tags: (tags.data?.tags?.nodes ?? []).map(({ id, name, assetCount }): Entry => ({
      id,
      name,
      hint: `${assetCount}`,
      href: `/search?tag=${encodeURIComponent(name)}`,
    })),
    owners: [
      ...teams.nodes.map(({ id, name }): Entry => ({ id, name, hint: 'Team', href: `/search?owner=${id}` })),
      ...users.nodes.map(({ id, name, email }): Entry => ({ id, name, hint: email, href: `/search?owner=${id}` })),
    ],
    isFetching: mode === 'owners' ? teams.isFetching || users.isFetching : current.fetching || asked !== text,
    error: mode === 'owners' ? (teams.error ?? users.error) : current.error,
  };
}
