import { cn } from '@/lib/class-names';
import { splitName, showHidden } from '@/lib/marked-name';

type Props = { name: string; title?: string; className?: string };

/**
 * What a source named: mono, in its own direction, hidden characters shown. Too long, its beginning is cut; the last component stays whole as
 * long as it fits. `title`: the full name, in the tooltip.
 */
export function Name({ name, title, className }: Props) {
  const shown = showHidden(name);
  const [head, tail] = splitName(shown);
  return (
    <bdi dir="auto" title={title ? showHidden(title) : shown} className={cn('inline-flex max-w-full min-w-0 font-mono', className)}>
      {/* At least a letter and the dots are seen. */}
      {head && <span className="min-w-[2ch] truncate">{head}</span>}
      {/* It does not shrink at all before it is alone: of a pixel less the browser would make a letter less. */}
      <span data-tail={head ? '' : undefined} className={cn('shrink-0 truncate', head ? 'max-w-[calc(100%-2ch)]' : 'max-w-full')}>
        {tail}
      </span>
    </bdi>
  );
}
