'use client';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import { useEffect, useEffectEvent, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Kbd } from '@/components/ui/badge';
import { Highlight } from '@/components/ui/highlight';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { RefetchLine } from '@/components/ui/skeleton';
import { cn } from '@/lib/class-names';
import { describeError } from '@/lib/errors';
import { modKey } from '@/lib/keys';
import { showHidden } from '@/lib/marked-name';
import { recordSearch } from '@/lib/recent-searches';
import { useViewer } from '@/lib/viewer';
import { readTyped, toGroups, type Entry } from './palette-groups';
import { focusOpener } from './palette-state';
import { useCommands } from './use-commands';
import { useFound } from './use-found';

/** Every page and action, and any asset, by typing. */
export function PaletteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fade-in fixed inset-0 z-40 bg-[var(--backdrop)]" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            focusOpener();
          }}
          className="rise-in fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-24px)] max-w-[640px] -translate-x-1/2 flex-col overflow-hidden rounded-dialog border border-line-strong bg-raised shadow-raised max-sm:top-3 max-sm:max-h-[calc(100dvh-24px)]"
        >
          <Radix.Title className="sr-only">Search or run a command</Radix.Title>
          <Box onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Box({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const { viewer } = useViewer();
  const id = useId();
  const [typed, setTyped] = useState('');
  /** By its id: entries come and go while one is chosen. */
  const [chosenId, setChosenId] = useState<string | null>(null);
  const { mode, text } = readTyped(typed);
  const found = useFound(mode, text);
  const groups = toGroups({ mode, text, ...useCommands(), ...found });
  const entries = groups.flatMap((group) => group.entries.map((entry) => ({ entry, key: `${group.title} ${entry.id}` })));
  const active = Math.max(
    entries.findIndex(({ key }) => key === chosenId),
    0,
  );
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosenId]);

  const open = (entry: Entry, newTab: boolean): void => {
    onClose();
    if (found.assets.some(({ id: assetId }) => assetId === entry.id)) recordSearch(viewer.id, text);
    if (entry.run) entry.run();
    else if (newTab) window.open(entry.href, '_blank', 'noopener');
    else router.push(entry.href);
  };
  // Enter before the answer is there waits for it: what stands first now may not be what was meant.
  const [wantsFirst, setWantsFirst] = useState(false);
  const isStale = mode === 'all' && text !== '' && found.isFetching;
  const first = entries[0]?.entry;
  const openFirst = useEffectEvent(() => first && open(first, false));
  useEffect(() => {
    if (wantsFirst && !isStale) openFirst();
  }, [wantsFirst, isStale]);
  const move = (by: number) => setChosenId(entries.at((active + by) % Math.max(entries.length, 1))?.key ?? null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const entry = entries[active]?.entry;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'PageDown') setChosenId(entries[Math.min(active + 8, entries.length - 1)]?.key ?? null);
    else if (event.key === 'PageUp') setChosenId(entries[Math.max(active - 8, 0)]?.key ?? null);
    else if (event.key === 'Enter' && isStale && chosenId === null) setWantsFirst(true);
    else if (event.key === 'Enter' && entry) open(entry, event.metaKey || event.ctrlKey);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="relative flex items-center gap-2.5 border-b border-line px-4">
        <Search aria-hidden className="size-4 shrink-0 text-fg-3" strokeWidth={1.6} />
        <input
          type="text"
          role="combobox"
          aria-label="Search or run a command"
          aria-expanded={entries.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={entries.length > 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={500}
          placeholder="Asset, page or action"
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            setChosenId(null);
            setWantsFirst(false);
          }}
          onKeyDown={onKeyDown}
          className="h-11 min-w-0 flex-1 bg-transparent text-bar font-normal outline-none placeholder:text-fg-3"
        />
        <RefetchLine isOn={found.isFetching && (text !== '' || mode !== 'all')} />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Found" className="min-h-0 flex-1 overflow-y-auto p-1">
        {groups.map((group) => (
          <div key={group.title} role="group" aria-labelledby={`${id}-${group.title.replaceAll(' ', '-')}`}>
            <p id={`${id}-${group.title.replaceAll(' ', '-')}`} className="px-3 pt-2 pb-1 text-micro font-medium text-fg-3">
              {group.title}
            </p>
            {group.entries.map((entry) => {
              const key = `${group.title} ${entry.id}`;
              const index = entries.findIndex((each) => each.key === key);
              return (
                <Option
                  key={key}
                  id={`${id}-${index}`}
                  entry={entry}
                  isActive={index === active}
                  onPoint={() => setChosenId(key)}
                  onOpen={(newTab) => open(entry, newTab)}
                />
              );
            })}
          </div>
        ))}
      </div>
      <Nothing isEmpty={entries.length === 0} isFetching={found.isFetching} mode={mode} text={text} />
      {found.error && (
        <p role="alert" className="border-t border-line px-4 py-2 text-small text-fg-2">
          {describeError(found.error, 'Search').title}. Pages and actions still work.
        </p>
      )}
      <footer className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2 text-small text-fg-3 max-sm:hidden">
        {[
          ['↵', 'open'],
          [`${modKey()}↵`, 'in a new tab'],
          ['>', 'actions'],
          ['#', 'tags'],
          ['@', 'owners'],
        ].map(([keys, does]) => (
          <span key={keys} className="flex items-center gap-1.5">
            <Kbd>{keys}</Kbd> {does}
          </span>
        ))}
      </footer>
    </>
  );
}

type NothingProps = { isEmpty: boolean; isFetching: boolean; mode: string; text: string };

const Nothing = ({ isEmpty, isFetching, mode, text }: NothingProps) => (
  <p role="status" className={cn(isEmpty && !isFetching ? 'px-4 pb-4 text-fg-2' : 'sr-only')}>
    {isEmpty && !isFetching && (text ? `No ${mode === 'all' ? 'thing' : mode.slice(0, -1)} matches ${text}.` : `No ${mode}.`)}
  </p>
);

type OptionProps = { id: string; entry: Entry; isActive: boolean; onPoint: () => void; onOpen: (newTab: boolean) => void };

function Option({ id, entry, isActive, onPoint, onOpen }: OptionProps) {
  const { name, hint, kind, isMono, marked } = entry;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the box has the focus and the keys
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onPointerMove={isActive ? undefined : onPoint}
      onClick={(event) => onOpen(event.metaKey || event.ctrlKey)}
      className={cn(
        'flex min-h-8 cursor-default items-center gap-2.5 rounded-control px-3 coarse:min-h-11',
        isActive && 'bg-hover shadow-[inset_2px_0_0_var(--primary)]',
      )}
    >
      {kind && <KindIcon kind={kind} />}
      <span className="flex min-w-0 flex-1 items-baseline gap-2.5">
        {marked ? (
          <bdi className="min-w-0 truncate font-mono">
            <Highlight text={showHidden(marked)} />
          </bdi>
        ) : isMono ? (
          <Name name={name} />
        ) : (
          <bdi className="truncate">{name}</bdi>
        )}
        {hint && <bdi className="ml-auto max-w-[55%] shrink-0 truncate text-small text-fg-3">{showHidden(hint)}</bdi>}
      </span>
    </div>
  );
}
