'use client';
import { Check, Plus, X } from 'lucide-react';
import { Popover as Radix } from 'radix-ui';
import { useEffect, useId, useState, type FocusEvent, type KeyboardEvent, type ReactNode } from 'react';
import { cn } from '@/lib/class-names';
import { showHidden } from '@/lib/marked-name';
import { Spinner } from '../ui/spinner';
import { MOST_OPTIONS } from './match';

import type { Choices, ComboboxProps, Option, Picked } from './combobox';

/** A combobox with a list, as the ARIA practices have it: arrows move, Enter chooses, Escape closes, Backspace takes away what was chosen last. */
export function ComboboxField<Item extends Picked>({
  value,
  onChange,
  single = false,
  choices,
  toItem,
  chip,
  allowsNew,
  ...control
}: ComboboxProps<Item>) {
  const { text, onText, isOpen, onOpen, isLoading, error, hasMore } = choices;
  const listId = useId();
  const [box, setBox] = useState<HTMLElement | null>(null);
  const [{ at, of }, setActive] = useState({ at: -1, of: '' });
  const options = withNew(choices, allowsNew);
  const shown = options.slice(0, MOST_OPTIONS);
  // Typing begins anew at the best match.
  const active = of === text ? Math.min(at, shown.length - 1) : text.trim() === '' ? -1 : Math.min(0, shown.length - 1);
  const move = (index: number) => setActive({ at: index, of: text });
  const isChosen = ({ id }: Picked): boolean => value.some((item) => item.id === id);

  const choose = (option: Option): void => {
    if (isChosen(option)) onChange(value.filter(({ id }) => id !== option.id));
    else onChange(single ? [toItem(option)] : [...value, toItem(option)]);
    onText('');
    if (single) onOpen(false);
  };
  const remove = (id: string): void => {
    onChange(value.filter((item) => item.id !== id));
    document.getElementById(control.id ?? `${listId}-input`)?.focus();
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing || event.metaKey || event.ctrlKey) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!isOpen) onOpen(true);
      else {
        const next = active + (event.key === 'ArrowDown' ? 1 : -1);
        move(next < 0 ? shown.length - 1 : next % Math.max(1, shown.length));
      }
    } else if (event.key === 'Enter' && isOpen && (shown[active] || text.trim() !== '')) {
      // What is typed and is nothing yet sends no form.
      if (shown[active]) choose(shown[active]);
    } else if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1));
    else return;
    event.preventDefault();
  };
  const onBlur = ({ relatedTarget }: FocusEvent): void => {
    if (box?.contains(relatedTarget)) return;
    onOpen(false);
    onText('');
  };

  const activeId = isOpen && active >= 0 ? `${listId}-${active}` : undefined;
  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);

  const { label, className, id = `${listId}-input`, placeholder, disabled, ...attributes } = control;
  return (
    <Radix.Root open={isOpen && !disabled} onOpenChange={onOpen}>
      <Radix.Anchor asChild>
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- a press beside the text goes to the input, which is reached by itself */}
        <div
          ref={setBox}
          onBlur={onBlur}
          onPointerDown={(event) => {
            if (event.target !== event.currentTarget) return;
            event.preventDefault();
            document.getElementById(id)?.focus();
            onOpen(true);
          }}
          className={cn(
            'flex min-h-control w-full min-w-0 cursor-text flex-wrap items-center gap-1 rounded-control border border-control bg-surface px-1 py-0.5 has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-1 has-[input:focus-visible]:outline-ring has-[[aria-invalid]]:border-error-mark',
            className,
          )}
        >
          {value.map((item) => (
            <Chosen key={item.id} item={item} onRemove={disabled ? undefined : () => remove(item.id)}>
              {chip?.(item)}
            </Chosen>
          ))}
          <input
            id={id}
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-activedescendant={activeId}
            aria-label={label}
            aria-required={attributes.required}
            aria-describedby={attributes['aria-describedby']}
            aria-invalid={attributes['aria-invalid']}
            autoComplete="off"
            spellCheck={false}
            disabled={disabled}
            placeholder={value.length === 0 ? placeholder : undefined}
            value={text}
            onChange={(event) => (onText(event.target.value), onOpen(true))}
            onClick={() => onOpen(true)}
            onKeyDown={onKey}
            className="h-[22px] min-w-16 flex-1 bg-transparent px-1 outline-none placeholder:text-fg-3 coarse:h-[30px]"
          />
        </div>
      </Radix.Anchor>
      {/* Within a dialog, so that its trap and its scroll lock take it for a part of it. */}
      <Radix.Portal container={box?.closest<HTMLElement>('[role="dialog"]') ?? undefined}>
        <Radix.Content
          role="presentation"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => box?.contains(event.target as Node) && event.preventDefault()}
          className="rise-in z-50 flex max-h-[min(320px,var(--radix-popover-content-available-height))] w-[var(--radix-popover-trigger-width)] min-w-72 flex-col rounded-panel border border-line-strong bg-raised shadow-raised"
        >
          <div
            id={listId}
            role="listbox"
            aria-label={label ?? 'Choices'}
            aria-multiselectable={!single}
            className="min-h-0 overflow-y-auto p-1 empty:p-0"
          >
            {shown.map((option, index) => (
              <Row
                key={option.id}
                id={`${listId}-${index}`}
                option={option}
                isActive={index === active}
                isChosen={isChosen(option)}
                onHover={() => index !== active && move(index)}
                onChoose={() => choose(option)}
              />
            ))}
          </div>
          <Foot {...{ error, isLoading, text, count: shown.length, total: options.length, hasMore }} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const NEW = 'new:';
/** The option that stands for what is typed comes last. */
function withNew({ options, text }: Choices, allowsNew: string | undefined): readonly Option[] {
  const name = text.trim();
  if (!allowsNew || name === '' || options.some((option) => option.name === name)) return options;
  const made: Option = { id: name, name, hint: NEW + allowsNew };
  return [...options.slice(0, MOST_OPTIONS - 1), made];
}

type RowProps = { id: string; option: Option; isActive: boolean; isChosen: boolean; onHover: () => void; onChoose: () => void };

function Row({ id, option, isActive, isChosen, onHover, onChoose }: RowProps) {
  const made = typeof option.hint === 'string' && option.hint.startsWith(NEW) ? option.hint.slice(NEW.length) : undefined;
  return (
    // The input keeps the focus: keys are its own.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      tabIndex={-1}
      onPointerMove={onHover}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
      className={cn(
        'flex min-h-7 cursor-pointer items-center gap-2 rounded-chip px-2 outline-none coarse:min-h-11',
        isActive && 'bg-hover',
      )}
    >
      {made ? <Plus aria-hidden className="size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} /> : option.icon}
      <bdi className="min-w-0 flex-1 truncate">
        {made && `${made} `}
        {showHidden(option.name)}
      </bdi>
      {!made && option.hint && <span className="max-w-[45%] shrink-0 truncate text-small text-fg-3">{option.hint}</span>}
      <Check aria-hidden className={cn('size-3.5 shrink-0 text-primary-text', !isChosen && 'invisible')} strokeWidth={2} />
    </div>
  );
}

type FootProps = { error?: Error; isLoading: boolean; text: string; count: number; total: number; hasMore?: boolean };

/** Says aloud, too, what became of the list. */
function Foot({ error, isLoading, text, count, total, hasMore = false }: FootProps) {
  const isCut = total > count || hasMore;
  const words = error
    ? count === 0
      ? 'This list is not available.'
      : 'The rest of this list is not available.'
    : isLoading && count === 0
      ? 'Loading'
      : count === 0
        ? text.trim() === ''
          ? 'There is nothing to choose.'
          : `Nothing is called “${text.trim()}”.`
        : isCut
          ? `The first ${count}. Type to see others.`
          : '';
  return (
    <>
      {words && (
        <p aria-hidden className={cn('flex items-center gap-2 border-line px-3 py-1.5 text-small text-fg-3', count > 0 && 'border-t')}>
          {isLoading && <Spinner />}
          {words}
        </p>
      )}
      <p role="status" className="sr-only">
        {words || `${count} to choose from`}
      </p>
    </>
  );
}

function Chosen<Item extends Picked>({ item, onRemove, children }: { item: Item; onRemove?: () => void; children?: ReactNode }) {
  return (
    <span
      className={cn(
        'inline-flex h-[22px] max-w-full min-w-0 items-center gap-1 rounded-chip border border-line-strong bg-subtle pl-1.5 text-small coarse:h-[30px]',
        !onRemove && 'pr-1.5',
      )}
    >
      {children ?? <bdi className="truncate">{showHidden(item.name)}</bdi>}
      {onRemove && (
        <button
          type="button"
          aria-label={`Remove ${item.name}`}
          className="flex h-full w-6 shrink-0 items-center justify-center rounded-chip text-fg-3 hover:text-fg"
          onClick={onRemove}
        >
          <X className="size-3" strokeWidth={1.6} />
        </button>
      )}
    </span>
  );
}
