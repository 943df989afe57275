/** The pages that the navigation and the palette lead to. */
import {
  BookOpen, Boxes, House, KeyRound, MailX, Plug, ScrollText, Search, ShieldAlert, SquareTerminal, Tag, Users, Waypoints, FileCheck2, type LucideIcon,
} from 'lucide-react'; // prettier-ignore

/** `key`: the one that goes there, after `G`. */
export type PageItem = { href: string; label: string; icon: LucideIcon; key?: string };

export const MAIN: readonly PageItem[] = [
  { href: '/', label: 'Home', icon: House, key: 'h' },
  { href: '/search', label: 'Search', icon: Search, key: 's' },
  { href: '/lineage', label: 'Lineage', icon: Waypoints, key: 'l' },
  { href: '/violations', label: 'Violations', icon: ShieldAlert, key: 'v' },
  { href: '/policies', label: 'Policies', icon: FileCheck2, key: 'p' },
];
export const CATALOG: readonly PageItem[] = [
  { href: '/sources', label: 'Sources', icon: Plug, key: 'o' },
  { href: '/glossary', label: 'Glossary', icon: BookOpen, key: 'g' },
  { href: '/domains', label: 'Domains', icon: Boxes, key: 'd' },
  { href: '/tags', label: 'Tags', icon: Tag, key: 't' },
];
export const DEVELOP: readonly PageItem[] = [
  { href: '/playground', label: 'Playground', icon: SquareTerminal },
  { href: '/tokens', label: 'API tokens', icon: KeyRound },
];
/** Only with the role. */
export const ADMIN: readonly PageItem[] = [
  { href: '/admin/users', label: 'Users and teams', icon: Users },
  { href: '/admin/audit', label: 'Audit log', icon: ScrollText, key: 'a' },
  { href: '/admin/dead-letters', label: 'Dead letters', icon: MailX },
];
