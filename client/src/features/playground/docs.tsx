'use client';
import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { DocsType } from './docs-type';
import { searchDocs } from './docs-search';
import { askSchema, useSchema } from './use-schema';

/** A type of the API; `field`: what of it was looked for. */
export type Place = { type: string; field?: string };

type Props = { places: readonly Place[]; onPlaces: (places: readonly Place[]) => void };

/** Types, fields, arguments and what they mean, from the API itself. */
export function Docs({ places, onPlaces }: Props) {
  const { schema, error } = useSchema();
  const [search, setSearch] = useState('');
  if (error) return <ErrorPanel error={error} subject="The documentation" onRetry={askSchema} />;
  if (!schema) return <SkeletonRows />;
  const go = (place: Place): void => {
    setSearch('');
    onPlaces([...places, place]);
  };
  const place = places.at(-1);
  const type = place && schema.getType(place.type);
  const before = places.at(-2);
  return (
    <div className="flex flex-col">
      <div className="sticky top-0 z-10 border-b border-line bg-surface p-2">
        <Input
          type="search"
          aria-label="Search the documentation"
          placeholder="Search types and fields"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {search.trim() !== '' ? (
        <Found schema={schema} search={search.trim()} onGo={go} />
      ) : type ? (
        <>
          <div className="flex min-h-9 items-center gap-1 px-2 pt-2">
            <IconButton
              label={`Back to ${before?.type ?? 'all types'}`}
              size="small"
              icon={<ArrowLeft className="size-3.5" strokeWidth={1.6} />}
              onClick={() => onPlaces(places.slice(0, -1))}
            />
            <h2 className="min-w-0 font-mono font-semibold break-words">{type.name}</h2>
          </div>
          <DocsType key={`${type.name}.${place.field ?? ''}`} schema={schema} type={type} field={place.field} onGo={go} />
        </>
      ) : (
        <AllTypes schema={schema} onGo={go} />
      )}
    </div>
  );
}

type OnGo = { onGo: (place: Place) => void };

function Found({ schema, search, onGo }: OnGo & { schema: GraphQLSchema; search: string }) {
  const found = searchDocs(schema, search);
  if (found.length === 0) return <EmptyState title="No type or field has this in its name" />;
  return (
    <ul className="py-1">
      {found.map(({ type, field }) => (
        <li key={`${type}.${field ?? ''}`}>
          <PlaceButton place={{ type, field }} onGo={onGo} />
        </li>
      ))}
    </ul>
  );
}

const PlaceButton = ({ place, onGo }: OnGo & { place: Place }) => (
  <button
    type="button"
    className="block min-h-6 w-full truncate px-3 py-0.5 text-left font-mono text-small hover:bg-hover coarse:min-h-11"
    onClick={() => onGo(place)}
  >
    {place.field ? (
      <>
        <span className="text-fg-3">{place.type}.</span>
        {place.field}
      </>
    ) : (
      place.type
    )}
  </button>
);

function AllTypes({ schema, onGo }: OnGo & { schema: GraphQLSchema }) {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => type != null);
  const others = Object.values(schema.getTypeMap())
    .filter((type: GraphQLNamedType) => !type.name.startsWith('__') && !roots.some(({ name }) => name === type.name))
    .sort((one, other) => one.name.localeCompare(other.name));
  return (
    <>
      <h2 className="px-3 pt-3 pb-1 text-small font-medium text-fg-3">Where operations begin</h2>
      {roots.map(({ name }) => (
        <PlaceButton key={name} place={{ type: name }} onGo={onGo} />
      ))}
      <h2 className="px-3 pt-3 pb-1 text-small font-medium text-fg-3">All types</h2>
      {others.map(({ name }) => (
        <PlaceButton key={name} place={{ type: name }} onGo={onGo} />
      ))}
    </>
  );
}
