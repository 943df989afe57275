import type { ComponentProps, ReactNode } from 'react';
import Link from 'next/link';
import { cn } from '@/lib/class-names';
import { Spinner } from './spinner';

type Look = { variant?: 'primary' | 'default' | 'quiet' | 'danger' | 'confirm'; size?: 'normal' | 'small'; iconOnly?: boolean };

const LOOKS = {
  primary:
    'bg-primary text-primary-fg border-transparent hover:bg-primary-hover disabled:bg-subtle disabled:text-fg-disabled disabled:border-line',
  default: 'bg-surface text-fg border-line-strong hover:bg-hover disabled:text-fg-disabled disabled:bg-surface',
  quiet: 'bg-transparent text-fg-2 border-transparent hover:bg-hover hover:text-fg disabled:text-fg-disabled',
  danger: 'bg-surface text-error-text border-line-strong hover:bg-error-subtle disabled:text-fg-disabled',
  // What `danger` asked about, in the dialog that asks.
  confirm:
    'bg-error-subtle text-error-text border-error-mark hover:bg-surface disabled:bg-surface disabled:text-fg-disabled disabled:border-line-strong',
};

export const buttonClass = ({ variant = 'default', size = 'normal', iconOnly = false }: Look = {}): string =>
  cn(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap select-none',
    size === 'small' ? 'h-6 text-small coarse:h-9' : 'h-control text-base',
    iconOnly ? (size === 'small' ? 'w-6 coarse:w-9' : 'w-7 coarse:w-9') : size === 'small' ? 'px-2' : 'px-2.5',
    LOOKS[variant],
  );

type Props = ComponentProps<'button'> & Look & { busy?: boolean; icon?: ReactNode };

/** While `busy` the spinner takes the icon's place; give the label that says what is going on (“Testing”). */
export function Button({ variant, size, iconOnly, busy = false, icon, className, children, disabled, type = 'button', ...props }: Props) {
  return (
    <button
      type={type === 'submit' ? 'submit' : 'button'}
      className={cn(buttonClass({ variant, size, iconOnly }), className)}
      disabled={disabled}
      aria-busy={busy || undefined}
      {...props}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<Props, 'children' | 'iconOnly' | 'aria-label'> & { label: string; icon: ReactNode };

/** Its name is its label, which the tooltip shows, too. */
export const IconButton = ({ label, variant = 'quiet', ...props }: IconButtonProps) => (
  <Button iconOnly variant={variant} aria-label={label} title={label} {...props} />
);

export function ButtonLink({
  variant,
  size,
  iconOnly,
  icon,
  className,
  children,
  ...props
}: ComponentProps<typeof Link> & Look & { icon?: ReactNode }) {
  return (
    <Link className={cn(buttonClass({ variant, size, iconOnly }), className)} {...props}>
      {icon}
      {children}
    </Link>
  );
}
