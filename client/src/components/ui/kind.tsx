import {
  BrainCircuit, Database, FileChartColumn, FileSymlink, FileText, FolderTree, Layers2, LayoutDashboard, Package, RadioTower, ScanEye, Table2, Workflow,
  type LucideIcon,
} from 'lucide-react'; // prettier-ignore
import { cn } from '@/lib/class-names';
import { formatEnum } from '@/lib/format';

const KINDS: Record<string, { icon: LucideIcon; text: string; token: string }> = {
  DATABASE: { icon: Database, text: 'text-kind-container', token: 'container' },
  SCHEMA: { icon: FolderTree, text: 'text-kind-container', token: 'container' },
  TABLE: { icon: Table2, text: 'text-kind-table', token: 'table' },
  VIEW: { icon: ScanEye, text: 'text-kind-view', token: 'view' },
  MATERIALIZED_VIEW: { icon: Layers2, text: 'text-kind-matview', token: 'matview' },
  EXTERNAL_TABLE: { icon: FileSymlink, text: 'text-kind-file', token: 'file' },
  FILE: { icon: FileText, text: 'text-kind-file', token: 'file' },
  TOPIC: { icon: RadioTower, text: 'text-kind-topic', token: 'topic' },
  REPORT: { icon: FileChartColumn, text: 'text-kind-report', token: 'report' },
  DASHBOARD: { icon: LayoutDashboard, text: 'text-kind-report', token: 'report' },
  PIPELINE: { icon: Workflow, text: 'text-kind-pipeline', token: 'pipeline' },
  DATASET: { icon: Package, text: 'text-kind-model', token: 'model' },
  MODEL: { icon: BrainCircuit, text: 'text-kind-model', token: 'model' },
};
/** From containers to what is made of data, as they are offered. */
export const ASSET_KINDS: readonly string[] = Object.keys(KINDS);
const UNKNOWN = { icon: Package, text: 'text-fg-3', token: 'container' };

/** A CSS value: the colour of a kind, for edges of graph nodes. */
export const kindColour = (kind: string): string => `var(--kind-${(KINDS[kind] ?? UNKNOWN).token})`;

/** `isNamed`: the word stands beside it already. */
export function KindIcon({ kind, isNamed = false, className }: { kind: string; isNamed?: boolean; className?: string }) {
  const { icon: Icon, text } = KINDS[kind] ?? UNKNOWN;
  return (
    <Icon
      strokeWidth={1.6}
      className={cn('size-3.5 shrink-0', text, className)}
      {...(isNamed ? { 'aria-hidden': true } : { role: 'img', 'aria-label': formatEnum(kind) })}
    />
  );
}
