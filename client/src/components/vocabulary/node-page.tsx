'use client';
import { FolderInput, MoreHorizontal, Pencil, Plus, Trash2 } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useKeys } from '@/lib/keys';
import { Button, IconButton } from '../ui/button';
import { Markdown } from '../ui/markdown';
import { Menu, MenuItem, MenuLine } from '../ui/menu';
import { useNodes } from './frame';

type Props = {
  id: string;
  name: string;
  text: string | null;
  noText: string;
  base: string;
  /** What nodes below it are called: “Narrower terms”. */
  below: string;
  /** Absent for who only reads. */
  edit?: { onEdit: () => void; onAdd: () => void; addLabel: string; onMove: () => void; onRemove: () => void };
  /** Beside the words: who changed it, counts. */
  facts: ReactNode;
  children: ReactNode;
};

const icon = { className: 'size-3.5', strokeWidth: 1.6 };

/** A term or a domain as a document: its words, what is below it, its assets. */
export function NodePage({ id, name, text, noText, base, below, edit, facts, children }: Props) {
  const { nodes } = useNodes();
  useKeys(edit ? { e: edit.onEdit } : {}, edit !== undefined);
  const children_ = nodes.children.get(id) ?? [];
  return (
    <article className="flex min-h-full flex-col">
      <header className="flex flex-col gap-3 p-5 max-sm:p-3">
        <div className="flex items-start gap-2">
          <h1 tabIndex={-1} className="min-w-0 flex-1 text-page break-words">
            <bdi>{name}</bdi>
          </h1>
          {edit && (
            <>
              <Button icon={<Pencil {...icon} />} onClick={edit.onEdit}>
                Edit
              </Button>
              <Menu trigger={<IconButton label="More" icon={<MoreHorizontal className="size-4" strokeWidth={1.6} />} />}>
                <MenuItem icon={<Plus {...icon} />} onSelect={edit.onAdd}>
                  {edit.addLabel}
                </MenuItem>
                <MenuItem icon={<FolderInput {...icon} />} onSelect={edit.onMove}>
                  Move to…
                </MenuItem>
                <MenuLine />
                <MenuItem danger icon={<Trash2 {...icon} />} onSelect={edit.onRemove}>
                  Remove…
                </MenuItem>
              </Menu>
            </>
          )}
        </div>
        {text ? <Markdown>{text}</Markdown> : <p className="text-fg-3">{noText}</p>}
        {children_.length > 0 && (
          <p className="flex flex-wrap gap-x-3 gap-y-1">
            <span className="text-fg-3">{below}</span>
            {children_.slice(0, 20).map((child) => (
              <Link key={child.id} href={`${base}/${child.id}`} className="text-primary-text underline-offset-2 hover:underline">
                <bdi>{child.name}</bdi>
              </Link>
            ))}
            {children_.length > 20 && <span className="text-fg-3">and {children_.length - 20} more</span>}
          </p>
        )}
        {facts}
      </header>
      {children}
    </article>
  );
}
