export const Mark = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 32 32" aria-hidden className={className}>
    <rect width="32" height="32" rx="7" fill="var(--primary)" />
    <circle cx="16" cy="16" r="8.5" fill="none" stroke="var(--primary-fg)" strokeWidth="3" />
    <circle cx="16" cy="16" r="3" fill="var(--primary-fg)" />
  </svg>
);
