'use client';
import { Component, type ReactNode } from 'react';
import { cn } from '@/lib/class-names';
import { isMissingScript, MISSING_SCRIPT } from '@/lib/missing-script';
import { ErrorPanel } from './states';

type PanelProps = {
  title?: ReactNode;
  count?: ReactNode;
  actions?: ReactNode;
  className?: string;
  /** What it is called when it fails. */
  name: string;
  children: ReactNode;
};

/** A part of a page that may fail alone. */
export const Panel = ({ title, count, actions, className, name, children }: PanelProps) => (
  <section aria-label={name} className={cn('relative min-w-0 overflow-hidden rounded-panel border border-line bg-surface', className)}>
    {title && (
      <header className="flex min-h-[38px] items-center gap-2 border-b border-line px-3">
        <h2 className="font-semibold">{title}</h2>
        {count !== undefined && <span className="text-fg-3">{count}</span>}
        <div className="ml-auto flex items-center gap-2">{actions}</div>
      </header>
    )}
    <Boundary name={name}>{children}</Boundary>
  </section>
);

/** Where a part breaks it says so; the rest of the page goes on. */
export class Boundary extends Component<{ name: string; children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    // Not by itself: what is typed in other parts of the page would be lost.
    if (isMissingScript(error)) return <ErrorPanel error={MISSING_SCRIPT} onRetry={() => location.reload()} />;
    return (
      <ErrorPanel
        error={{
          title: `${this.props.name} cannot be shown`,
          text: 'Something in this part of the page broke. The rest of it works.',
          code: error.name,
        }}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
