'use client';
import type { ReactNode } from 'react';
import { SidePanel } from '@/components/ui/side-panel';
import { cn } from '@/lib/class-names';
import type { PanelTab } from './url';

type Props = {
  tab: PanelTab;
  changes: number | null;
  onTab: (tab: PanelTab) => void;
  /** Without: it stays beside the graph. */
  onClose?: () => void;
  children: ReactNode;
};

/** Impact, changes and details: beside the graph, over it where there is less room. */
export function Side({ tab, changes, onTab, onClose, children }: Props) {
  const tabs: { id: PanelTab; label: string; count?: number | null }[] = [
    { id: 'impact', label: 'Impact' },
    { id: 'changes', label: 'Changes', count: changes },
    { id: 'details', label: 'Details' },
  ];
  const step = (by: number): void => {
    const next = tabs[(tabs.findIndex(({ id }) => id === tab) + by + tabs.length) % tabs.length]!;
    onTab(next.id);
    document.getElementById(`lineage-tab-${next.id}`)?.focus();
  };
  return (
    <SidePanel
      label="About the lineage"
      onClose={onClose}
      className={cn(!onClose && 'max-lg:hidden')}
      head={
        <div role="tablist" aria-label="About the lineage" className="flex gap-4">
          {tabs.map(({ id, label, count }) => (
            <button
              key={id}
              id={`lineage-tab-${id}`}
              type="button"
              role="tab"
              aria-selected={id === tab}
              aria-controls="lineage-tab-content"
              tabIndex={id === tab ? 0 : -1}
              onClick={() => onTab(id)}
              onKeyDown={(event) => {
                if (event.key === 'ArrowRight') step(1);
                else if (event.key === 'ArrowLeft') step(-1);
                else return;
                event.preventDefault();
              }}
              className={cn(
                'flex h-[30px] items-center gap-1.5 border-b-2 font-medium coarse:h-11',
                id === tab ? 'border-primary text-fg' : 'border-transparent text-fg-2 hover:text-fg',
              )}
            >
              {label}
              {count != null && <span className="font-normal text-fg-3">{count}</span>}
            </button>
          ))}
        </div>
      }
    >
      <div id="lineage-tab-content" role="tabpanel" aria-labelledby={`lineage-tab-${tab}`} className="border-t border-line">
        {children}
      </div>
    </SidePanel>
  );
}
