import { cn } from '@/lib/class-names';
import { showHidden } from '@/lib/marked-name';

type Props = { name: string; title?: string; className?: string };

/**
 * What a source named: mono, in its own direction, hidden characters shown. Too long, its beginning is cut; the last component stays whole as
 * long as it fits. `title`: the full name, in the tooltip.
 */
export function Name({ name, title, className }: Props) {
  const shown = showHidden(name);
  const dot = shown.lastIndexOf('.');
  const [head, tail] = dot > 0 ? [shown.slice(0, dot), shown.slice(dot)] : ['', shown];
  return (
    <bdi dir="auto" title={title ? showHidden(title) : shown} className={cn('inline-flex max-w-full min-w-0 font-mono', className)}>
      {head && <span className="min-w-0 truncate">{head}</span>}
      {/* It does not shrink at all before it is alone: of a pixel less the browser would make a letter less. */}
      <span className="max-w-full shrink-0 truncate">{tail}</span>
    </bdi>
  );
}
