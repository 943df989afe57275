import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { useEffect, useRef, type ReactNode } from 'react';
import { Markdown } from '@/components/ui/markdown';
import { cn } from '@/lib/class-names';
import type { Place } from './docs';

type OnGo = { onGo: (place: Place) => void };
type Props = OnGo & { schema: GraphQLSchema; type: GraphQLNamedType; field: string | undefined };

export function DocsType({ schema, type, field: wanted, onGo }: Props) {
  const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return (
    <div className="flex flex-col gap-2 px-3 pt-1 pb-4">
      {type.description && <Markdown className="text-fg-2">{type.description}</Markdown>}
      {interfaces.length > 0 && <TypeNames title="Is a" types={interfaces} onGo={onGo} />}
      {isAbstractType(type) && <TypeNames title="Is one of" types={schema.getPossibleTypes(type)} onGo={onGo} />}
      {isEnumType(type) &&
        type.getValues().map(({ name, description, deprecationReason }) => (
          <Entry key={name} description={description} deprecated={deprecationReason}>
            {name}
          </Entry>
        ))}
      {hasFields &&
        Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields()).map((field) => (
          <Entry key={field.name} isWanted={field.name === wanted} description={field.description} deprecated={field.deprecationReason}>
            <Signature field={field} onGo={onGo} />
          </Entry>
        ))}
    </div>
  );
}

const TypeNames = ({ title, types, onGo }: OnGo & { title: string; types: readonly GraphQLNamedType[] }) => (
  <p className="text-small">
    <span className="text-fg-3">{title} </span>
    {types.map((type, index) => (
      <span key={type.name}>
        {index > 0 && ', '}
        <TypeLink type={type} onGo={onGo} />
      </span>
    ))}
  </p>
);

type EntryProps = { isWanted?: boolean; description?: string | null; deprecated?: string | null; children: ReactNode };

function Entry({ isWanted = false, description, deprecated, children }: EntryProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isWanted) box.current?.scrollIntoView({ block: 'center' });
  }, [isWanted]);
  return (
    <div ref={box} className={cn('-mx-3 border-t border-line px-3 pt-2', isWanted && 'bg-primary-subtle')}>
      <code className={cn('block text-small leading-[18px] break-words', deprecated && 'line-through')}>{children}</code>
      {description && <Markdown className="text-small text-fg-2">{description}</Markdown>}
      {deprecated && <p className="text-small text-warning-text">Deprecated: {deprecated}</p>}
    </div>
  );
}

function Signature({ field, onGo }: OnGo & { field: GraphQLField<unknown, unknown> | GraphQLInputField }) {
  const parts = 'args' in field ? field.args : [];
  return (
    <>
      <span className="font-medium">{field.name}</span>
      {parts.length > 0 && (
        <>
          (
          {parts.map((argument) => (
            <Argument key={argument.name} argument={argument} onGo={onGo} />
          ))}
          )
        </>
      )}
      : <TypeLink type={field.type} onGo={onGo} />
      {!('args' in field) && <Default value={field.defaultValue} />}
      {!('args' in field) && isRequiredInputField(field) && <span className="sr-only"> required</span>}
    </>
  );
}

const Argument = ({ argument, onGo }: OnGo & { argument: GraphQLArgument }) => (
  <span className="block pl-3" title={argument.description ?? undefined}>
    {argument.name}: <TypeLink type={argument.type} onGo={onGo} />
    <Default value={argument.defaultValue} />
    {argument.description && <span className="block pl-3 font-sans text-fg-3">{argument.description}</span>}
  </span>
);

const Default = ({ value }: { value: unknown }) =>
  value === undefined ? null : <span className="text-fg-3"> = {typeof value === 'string' ? value : JSON.stringify(value)}</span>;

/** `[Asset!]!`, of which the name leads on. */
function TypeLink({ type, onGo }: OnGo & { type: GraphQLType }) {
  const { name } = getNamedType(type);
  const [before = '', after = ''] = String(type).split(name);
  return (
    <>
      {before}
      <button type="button" className="text-primary-text underline-offset-2 hover:underline" onClick={() => onGo({ type: name })}>
        {name}
      </button>
      {after}
    </>
  );
}
